// What the world around did: brokers, links, devices, files; and what is told of a run and its record.

import type { Explanations } from './explanation.ts'

export const world = {
  'broker/bad-options': {
    means: 'An option of the broker is unknown or has a wrong value.',
    mend: 'docs/brokers.md has the options of every kind.',
  },
  'broker/died': {
    means:
      'The broker ended during the run, and no step had asked for it. The run is broken (exit code 3), not failed.',
    mend: 'Its last words are in the message, all of them in broker.log beside the record.',
  },
  'broker/no-observer': {
    means: 'The harness’s own client could not subscribe, so nothing could be said about what others see.',
    mend: 'Where the broker does not allow #: observer: [FILTER, …], or observer: false.',
  },
  'broker/no-tls': {
    means:
      'The connection stands, but TLS did not come about: another authority, another name, or a server without TLS.',
    mend: '--cafile FILE, --insecure, or mqtt:// instead of mqtts://.',
  },
  'broker/no-websocket': {
    means: 'A device speaks MQTT over WebSocket, and this broker was started without it or has none.',
    mend: 'websocket: true among the options of aedes, mosquitto or nats; a broker by its URL: ws://HOST:PORT/PATH.',
  },
  'broker/not-installed': {
    means: 'The broker’s program is not on the PATH.',
    mend: 'Install it, or use --broker aedes, which needs nothing. hil doctor shows which are here.',
  },
  'broker/not-ours': {
    means: 'A scenario stops or restarts the broker, and this one was not started by hil.',
    mend: 'Run it on aedes, mosquitto or another that hil starts.',
  },
  'broker/not-started': {
    means: 'The broker’s program ended, or was not ready in time.',
    mend: 'Its last words are in the message.',
  },
  'broker/observer-lost': {
    means: 'The connection of the harness’s own client broke, so messages may have been missed.',
    mend: 'Look into the broker’s log; does it know another client of the same id?',
  },
  'broker/port-taken': { means: 'While the broker was down, another program took its port.', mend: 'Run again.' },
  'broker/unreachable': {
    means: 'Nobody answers at that address.',
    mend: 'Is it running, and is the port right? --broker aedes needs no broker.',
  },
  'claim/failed': {
    means:
      'A claim did not hold: what it expects did not come, came at another time, or came though it must not. The report shows the events that decided it.',
    mend: 'expected and got say how far they are apart; the lines below are the record around it, and report.html has all of it.',
  },
  'claim/inconclusive': {
    means:
      'The harness itself lagged by more than the claim’s margin, so the evidence can carry neither yes nor no. The run exits with 3.',
    mend: 'A quieter machine, -j 1, or a wider window; hil doctor measures the lag. --allow-inconclusive lets such runs pass.',
  },
  'coverage/no-statements': {
    means: 'The list of statements of MQTT is missing from the installation.',
    mend: 'Install the package again.',
  },
  'device/cannot-type': {
    means:
      'A command has a payload, topic or setting in it that is no line of text: a line break, a control character, bytes.',
    mend: 'Write {payload:hex} or {payload:json} into the command, and let the firmware read that.',
  },
  'device/no-calls': {
    means: 'A process decides by itself what it does; a step cannot call its client library.',
    mend: 'serial: { send } talks to it; expect says what it does.',
  },
  'device/no-command': {
    means: 'The device is told by lines what to do, and its commands: have none for this call.',
    mend: 'Add it to commands:, or do without the call.',
  },
  'device/no-console': {
    means: 'Nothing on this device reads from its console.',
    mend: 'serial: { send } is for processes and boards.',
  },
  'device/no-frames': {
    means: 'A text frame was to be injected on a link that is no WebSocket.',
    mend: 'link: { websocket: true } on the device, or leave frame: out.',
  },
  'device/no-pins': {
    means: 'This device has no pins that could be driven.',
    mend: 'Signals are for emulated devices and boards.',
  },
  'device/no-signal': {
    means: 'The device declares no signal of that name.',
    mend: 'signals: { led: { pin: 2 } } on the device.',
  },
  'device/not-connected': {
    means: 'The step needs a connection of the device, and there is none now.',
    mend: 'Wait for it: expect its CONNACK before.',
  },
  'device/not-started': {
    means: 'The device’s program cannot be started.',
    mend: 'command: is run in the folder of the scenario: is the path right from there, and is the file executable?',
  },
  'device/off': { means: 'The device is off, or its program has ended.', mend: 'boot: DEVICE starts it again.' },
  'evidence/bad-timeline': {
    means: 'A line of a recorded timeline is not what hil writes.',
    mend: 'Record the run again.',
  },
  'evidence/cut-short': {
    means: 'The record ends before the scenario did, so it cannot be judged to its end.',
    mend: 'Record the run again.',
  },
  'internal/bug': {
    means: 'hil itself did something it must not. The exit code is 70.',
    mend: 'Please report it, with the text of the message and the scenario.',
  },
  'link/cannot-listen': {
    means: 'The address of a link is not one of this machine.',
    mend: '127.0.0.1, or the address of the network that the boards are in.',
  },
  'link/disturbance-twice': { means: 'A disturbance of this id is at work already.', mend: 'release: ID ends it.' },
  'link/no-disturbance': {
    means: 'The disturbance to release is not at work: it was released before, or has not begun.',
    mend: 'Look at the order of the steps.',
  },
  'link/no-port': { means: 'All ports that hil may take are in use.', mend: 'ss -tln shows who holds them.' },
  'link/port-lost': {
    means: 'While a link refused connections its port was closed, and another program took it.',
    mend: 'Run again.',
  },
  'report/bad-load': { means: 'The file of a load run cannot be read.', mend: 'Was it cut short? Run again.' },
  'report/bad-output': {
    means: 'Results cannot be written there.',
    mend: 'Name a folder in which you may write: --output FOLDER.',
  },
  'report/no-browser': {
    means: 'No browser could be started.',
    mend: 'Open report.html yourself, or name a browser in $BROWSER.',
  },
  'report/not-written': {
    means: 'A report cannot be written.',
    mend: 'Is the disk full, and may hil write there? --output names another folder.',
  },
  'run/file': {
    means: 'The system does not give hil a file or a folder.',
    mend: 'Is there room, and may hil write there?',
  },
  'run/not-recorded': {
    means: 'The record of a run could not be written. Its verdicts stand; it cannot be judged again.',
    mend: 'Is there room? --output names another folder.',
  },
  'run/not-released': {
    means: 'Something that the run had taken could not be given back: a port, a process, a connection.',
    mend: 'The message names it; end it yourself.',
  },
} as const satisfies Explanations
