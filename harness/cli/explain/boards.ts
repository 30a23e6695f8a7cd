// Boards: at a serial port, and the virtual one.

import type { Explanations } from './explanation.ts'

export const boards = {
  'board/bad-map': {
    means: 'The hardware map cannot be read, or something in it is of the wrong kind.',
    mend: 'hil devices --map writes it anew and keeps what you wrote into it.',
  },
  'board/lost': {
    means: 'The board is gone from its port: unplugged, or its USB bridge was reset. The run is broken (exit code 3).',
    mend: 'Look at the cable and the power; the record has what was seen until then.',
  },
  'board/no-library': {
    means: 'The board cannot import the client library that the scenario asks for.',
    mend: 'Put it into files: (lib/…), or install it on the board with mip.',
  },
  'board/no-lines': {
    means: 'The port has no DTR and RTS lines, by which RESET and BOOT are pressed. A pseudo terminal has none.',
    mend: 'Use a port of a real USB bridge, or leave such steps out.',
  },
  'board/no-permission': {
    means: 'You may not open the port.',
    mend: 'On Linux join the group of the port (dialout, or uucp) and log in again; docs/boards.md.',
  },
  'board/no-port': { means: 'There is no port of that name.', mend: 'hil devices lists those that there are.' },
  'board/no-repl': {
    means:
      'The board does not answer Ctrl-A with a raw REPL: no MicroPython, another baud rate, or a program that catches Ctrl-C.',
    mend: 'Press its reset button, and try hil device NAME repl.',
  },
  'board/not-opened': { means: 'The port could not be opened; why is in the message.', mend: 'Plug it in again.' },
  'board/not-plugged-in': {
    means: 'The board of the hardware map is at no port now.',
    mend: 'Plug it in, or take another with --bind.',
  },
  'board/port-in-use': {
    means: 'Another program has the port: a terminal, an editor, another run.',
    mend: 'Close it. hil doctor tells of services that take ports.',
  },
  'board/raised': {
    means: 'Code on the board raised an exception; its traceback is the hint.',
    mend: 'Mend the code.',
  },
  'board/required': {
    means: '--require-hardware was given, and a scenario would have been skipped for want of what it needs.',
    mend: 'Bind a board that has it, or leave the flag out.',
  },
  'board/silent': {
    means: 'The board stopped answering in the middle of something.',
    mend: 'hil device NAME reset; then look at what its program does.',
  },
  'board/unknown': { means: 'The hardware map has no board of that label.', mend: 'hil devices lists them.' },
  'board/wrong-board': {
    means: 'At the port is another board than the map says, by its unique id.',
    mend: 'Have two changed places? hil devices --map.',
  },
  'cli/nothing-to-compare': {
    means: '--compare runs a scenario with two bindings, and only one was given.',
    mend: 'Give --bind, too.',
    example: 'hil run x.scenario.yaml --bind blue=virtual --compare',
  },
  'cli/operands': {
    means: 'hil device was given too few words for that action, or too many.',
    mend: 'hil device --help.',
  },
  'device/no-power': {
    means: 'This board cannot be held in reset, so its power cannot be cut.',
    mend: 'network: { state: down, mode: blackhole } takes it off the network instead.',
  },
  'device/no-wire': {
    means: 'Nothing that the harness has is wired to that pin.',
    mend: 'Only the BOOT button is; other signals of a board are for people, or for a second board.',
  },
  'micropython/missing': { means: 'The interpreter’s package is not installed.', mend: 'npm ci.' },
  'micropython/no-pty': { means: 'There is no pseudo terminal to be had here.', mend: 'Windows has none: use WSL.' },
  'micropython/not-built': { means: 'The interpreter’s thread is not built.', mend: 'npm run build.' },
  'micropython/unknown-build': {
    means: 'The interpreter is of another version than the pinned one, whose inner parts are not the same.',
    mend: 'npm ci installs the pinned one.',
  },
  'scenario/no-program': {
    means: 'A firmware of emulated devices does not run on a board.',
    mend: 'Give the board files: with a main.py; the same device may name both.',
  },
  'scenario/no-puppet': {
    means: 'Steps can call only some client libraries on a board.',
    mend: 'client: umqtt.simple or umqtt.robust; others as a program in files:.',
  },
  'scenario/no-such-board': { means: 'The hardware map has no such board.', mend: 'hil devices lists them.' },
  'scenario/no-such-file': {
    means: 'A file that the board should get is not there.',
    mend: 'Paths in files: start at the folder of the scenario.',
  },
  'scenario/no-such-version': {
    means: 'A board has one version of a library, the one that is on it.',
    mend: 'Leave version: out, or put another copy into files:.',
  },
} satisfies Explanations
