// Boards: at a serial port, and the virtual one.

import type { ProblemTable } from './entry.ts'

export const boards = {
  'board/bad-map': {
    fault: 'input',
    meaning: 'The hardware map cannot be read, or something in it is of the wrong kind.',
    fix: 'hil devices --map rewrites it and keeps what you added.',
  },
  'board/flash-failed': {
    fault: 'environment',
    meaning: 'The tool that writes an image on a board, or erases it, failed. Its last lines are shown.',
    fix: 'Run the command that is shown by hand; the board may have to be in its boot loader.',
  },
  'board/held': {
    fault: 'environment',
    meaning: 'Another run, or a person, uses this board. The message says who, since when and with which command.',
    fix: 'Wait longer (hil run --wait-for-board 30m), or release it: hil unlock.',
  },
  'board/quarantined': {
    fault: 'input',
    meaning: 'The hardware map has put this board aside, with the reason that is shown.',
    fix: 'Take another board, or remove quarantine: from the hardware map, or use the board anyway: hil run --with-quarantined.',
  },
  'board/lost': {
    fault: 'environment',
    meaning:
      'The board is gone from its port: unplugged, or its USB bridge was reset. The run is broken (exit code 3).',
    fix: 'Look at the cable and the power; the record has what was seen until then.',
  },
  'board/no-library': {
    fault: 'environment',
    meaning: 'The board cannot import the client library that the scenario asks for.',
    fix: 'Put it into files: (lib/…), or install it on the board with mip.',
  },
  'board/no-lines': {
    fault: 'environment',
    meaning: 'The port has no DTR and RTS lines, by which RESET and BOOT are pressed. A pseudo terminal has none.',
    fix: 'Use a port of a real USB bridge, or leave such steps out.',
  },
  'board/no-locks': {
    fault: 'environment',
    meaning: 'The folder for the locks of boards cannot be made.',
    fix: 'HIL_LOCKS names a folder that all users of the boards can write to.',
  },
  'board/no-permission': {
    fault: 'environment',
    meaning: 'You may not open the port.',
    fix: 'On Linux join the group of the port (dialout, or uucp) and log in again; docs/boards.md.',
  },
  'board/no-port': {
    fault: 'environment',
    meaning: 'No port has that name.',
    fix: 'hil devices lists those that there are.',
  },
  'board/no-repl': {
    fault: 'environment',
    meaning:
      'The board does not answer Ctrl-A with a raw REPL: no MicroPython, another baud rate, or a program that catches Ctrl-C.',
    fix: 'Press its reset button, and try hil device NAME repl.',
  },
  'board/no-reset': {
    fault: 'environment',
    meaning:
      'The board was not heard to start after a reset: no ROM text, no banner, and its port did not go and come back.',
    fix: 'Say what resets it: reset: rts, dtr, repl, none, or { command } in the hardware map or on the device.',
  },
  'board/not-opened': {
    fault: 'environment',
    meaning: 'The port could not be opened; why is in the message.',
    fix: 'Plug it in again.',
  },
  'board/not-plugged-in': {
    fault: 'environment',
    meaning: 'The board of the hardware map is at no port now.',
    fix: 'Plug it in, or take another with --bind.',
  },
  'board/port-in-use': {
    fault: 'environment',
    meaning: 'Another program has the port: a terminal, an editor, another run.',
    fix: 'Close it. hil doctor lists services that take ports.',
  },
  'board/power-failed': {
    fault: 'environment',
    meaning: 'The command that switches the power of a board failed. Its last lines are shown.',
    fix: 'Run the command that is shown by hand: the hub or relay may need other rights or another address.',
  },
  'board/raised': {
    fault: 'environment',
    meaning: 'Code on the board raised an exception; its traceback is the hint.',
    fix: 'Mend the code.',
  },
  'board/required': {
    fault: 'environment',
    meaning: '--require-hardware was given, and a scenario needs hardware that is missing.',
    fix: 'Bind a board that has it, or leave the flag out.',
  },
  'board/restarted': {
    fault: 'environment',
    meaning: 'The board has started again by itself: a brownout, a power cut, or somebody has reset it.',
    fix: 'Look at its power. A scenario that expects it claims device: { device: blue, change: restarted }.',
  },
  'board/silent': {
    fault: 'environment',
    meaning: 'The board stopped answering in the middle of something.',
    fix: 'hil device NAME reset; then look at what its program does.',
  },
  'scenario/wifi-for': {
    fault: 'input',
    meaning: 'for: is how long the Wi-Fi is lost.',
    fix: 'Remove for:, or write state: lost.',
    example: '- wifi: { device: blue, state: lost, for: 5s }',
  },
  'device/no-wifi': {
    fault: 'input',
    meaning: 'Only the Wi-Fi of a virtual board can be lost by a step.',
    fix: 'network: { device: blue, state: down, mode: blackhole } takes away the link of any device.',
  },
  'device/crashed': {
    fault: 'device',
    meaning: 'The program of a board crashed (panic) or was reset by a watchdog. Its console has the backtrace.',
    fix: 'A scenario that expects it claims device: { device: blue, change: restarted, cause: panic }.',
  },
  'board/unknown': {
    fault: 'input',
    meaning: 'The hardware map has no board of that label.',
    fix: 'hil devices lists them.',
  },
  'board/wrong-board': {
    fault: 'environment',
    meaning: 'At the port is another board than the map says, by its unique id.',
    fix: 'If two boards have changed places, write the map again: hil devices --map.',
  },
  'cli/compare-brokers': {
    fault: 'input',
    meaning: 'A comparison is of two brokers, and more are named.',
    fix: 'Name two: --broker aedes --broker aedes@2 --compare.',
  },
  'cli/nothing-to-compare': {
    fault: 'input',
    meaning: '--compare runs a scenario with two bindings, and only one was given.',
    fix: 'Add --bind.',
    example: 'hil run x.scenario.yaml --bind blue=virtual --compare',
  },
  'cli/operands': {
    fault: 'input',
    meaning: 'hil device was given too few words for that action, or too many.',
    fix: 'hil device --help.',
  },
  'device/no-power': {
    fault: 'input',
    meaning: 'This board cannot be held in reset, so its power cannot be cut.',
    fix: 'network: { state: down, mode: blackhole } takes it off the network instead.',
  },
  'device/no-wire': {
    fault: 'input',
    meaning: 'Nothing that the harness has is wired to that pin.',
    fix: 'Only the BOOT button is; other signals of a board are for people, or for a second board.',
  },
  'micropython/missing': {
    fault: 'environment',
    meaning: 'The interpreter’s package is not installed.',
    fix: 'npm ci.',
  },
  'micropython/no-pty': {
    fault: 'environment',
    meaning: 'No pseudo terminal is available here.',
    fix: 'Windows has none: use WSL.',
  },
  'micropython/not-built': {
    fault: 'environment',
    meaning: 'The interpreter’s thread is not built.',
    fix: 'npm run build.',
  },
  'micropython/unknown-build': {
    fault: 'environment',
    meaning: 'The interpreter is of another version than the pinned one, whose inner parts are not the same.',
    fix: 'npm ci installs the pinned one.',
  },
  'scenario/no-program': {
    fault: 'input',
    meaning: 'A firmware of emulated devices does not run on a board.',
    fix: 'Give the board files: with a main.py; the same device may name both.',
  },
  'scenario/no-puppet': {
    fault: 'input',
    meaning: 'Steps can call only some client libraries on a board.',
    fix: 'client: umqtt.simple or umqtt.robust; others as a program in files:.',
  },
  'scenario/no-such-board': {
    fault: 'input',
    meaning: 'The hardware map has no such board.',
    fix: 'hil devices lists them.',
  },
  'scenario/no-such-file': {
    fault: 'input',
    meaning: 'A file that the board should get is not there.',
    fix: 'Paths in files: start at the folder of the scenario.',
  },
  'scenario/no-such-version': {
    fault: 'input',
    meaning: 'A board has one version of a library, the one that is on it.',
    fix: 'Leave version: out, or put another copy into files:.',
  },
} satisfies ProblemTable
