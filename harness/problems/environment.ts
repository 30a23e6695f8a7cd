// What the world around did: brokers, links, devices, files; and what is told of a run and its record.

import type { ProblemTable } from './entry.ts'

export const environment = {
  'broker/bad-options': {
    fault: 'input',
    meaning: 'An option of the broker is unknown or has a wrong value.',
    fix: 'docs/brokers.md has the options of every kind.',
  },
  'broker/died': {
    fault: 'environment',
    meaning:
      'The broker ended during the run, and no step had asked for it. The run is broken (exit code 3), not failed.',
    fix: 'The last log lines are in the message, the whole log is in broker.log beside the record.',
  },
  'run/no-package': {
    fault: 'environment',
    meaning:
      'A package that only some commands need is not installed. bullmq, ioredis and prom-client are installed by you; others are missing after npm install --omit=optional.',
    fix: 'Install the package that the message names beside mqtt-hil.',
  },
  'broker/login-refused': {
    fault: 'environment',
    meaning: 'The broker answered the CONNECT of the harness with a refusal of its user name or password.',
    fix: '--username and --pw, USER:PASSWORD@ in the URL, or username and password in the config.',
  },
  'broker/refused': {
    fault: 'environment',
    meaning: 'The broker answered the CONNECT of the harness with a refusal that is not about its login.',
    fix: 'The message has the reason that the code of the CONNACK stands for; the log of the broker may say more.',
  },
  'broker/wants-tls': {
    fault: 'environment',
    meaning: 'The port answers a TLS handshake, and the URL says mqtt://.',
    fix: 'Write mqtts://, with --cafile FILE or --insecure where the certificate is not from a public authority.',
  },
  'broker/web-refused': {
    fault: 'environment',
    meaning: 'The server does not upgrade to WebSocket at this address.',
    fix: 'The message has the status of its answer. Check the path, the login of the server, and the port.',
  },
  'broker/no-mqtt': {
    fault: 'environment',
    meaning: 'The port accepts connections, but no MQTT broker answers there.',
    fix: 'Check the host and the port of the URL. The message shows what answered.',
  },
  'broker/no-observer': {
    fault: 'environment',
    meaning: 'The harness’s own client could not subscribe, so nothing could be said about what others see.',
    fix: 'Where the broker does not allow #: observer: [FILTER, …], or observer: false.',
  },
  'broker/no-tls': {
    fault: 'environment',
    meaning:
      'The connection stands, but TLS did not come about: another authority, another name, or a server without TLS.',
    fix: '--cafile FILE, --insecure, or mqtt:// instead of mqtts://.',
  },
  'broker/no-websocket': {
    fault: 'environment',
    meaning: 'A device speaks MQTT over WebSocket, and this broker was started without it or has none.',
    fix: 'websocket: true among the options of aedes, mosquitto or nats; a broker by its URL: ws://HOST:PORT/PATH.',
  },
  'broker/not-installed': {
    fault: 'environment',
    meaning: 'The broker’s program is not on the PATH.',
    fix: 'Install it, or use --broker aedes, which needs nothing. hil doctor shows which are here.',
  },
  'broker/not-ours': {
    fault: 'environment',
    meaning: 'A scenario stops or restarts the broker, and this one was not started by hil.',
    fix: 'Run it on aedes, mosquitto or another that hil starts.',
  },
  'broker/not-started': {
    fault: 'environment',
    meaning: 'The broker’s program ended, or was not ready in time.',
    fix: 'The last log lines are in the message.',
  },
  'broker/observer-lost': {
    fault: 'environment',
    meaning: 'The connection of the harness’s own client broke, so messages may have been missed.',
    fix: 'Look for another client with the same id in the broker’s log.',
  },
  'broker/port-taken': {
    fault: 'environment',
    meaning: 'While the broker was down, another program took its port.',
    fix: 'Run again.',
  },
  'broker/unreachable': {
    fault: 'environment',
    meaning: 'No answer from that address.',
    fix: 'Check that it is running, and the port. --broker aedes needs no other broker.',
  },
  'claim/failed': {
    fault: 'device',
    meaning:
      'A claim did not hold: what it expects did not come, came at another time, or came though it must not. The report shows the events that decided it.',
    fix: 'expected and got show the difference; the lines below are the record around it, and report.html has the whole record.',
  },
  'claim/inconclusive': {
    fault: 'environment',
    meaning:
      'The harness itself lagged by more than the claim’s margin, so the evidence can carry neither yes nor no. The run exits with 3.',
    fix: 'A quieter machine, -j 1, or a wider window; hil doctor measures the lag. --allow-inconclusive lets such runs pass.',
  },
  'coverage/no-statements': {
    fault: 'input',
    meaning: 'The list of statements of MQTT is missing from the installation.',
    fix: 'Install the package again.',
  },
  'device/cannot-type': {
    fault: 'input',
    meaning:
      'A command contains a payload, topic or setting that is not one line of text: a line break, a control character, bytes.',
    fix: 'Write {payload:hex} or {payload:json} into the command, and let the firmware read that.',
  },
  'device/no-calls': {
    fault: 'input',
    meaning: 'A process acts on its own; a step cannot call its client library.',
    fix: 'serial: { send } talks to it; expect says what it does.',
  },
  'device/no-command': {
    fault: 'input',
    meaning: 'The device takes commands on its console, and its commands: have none for this call.',
    fix: 'Add it to commands:, or do without the call.',
  },
  'device/no-console': {
    fault: 'input',
    meaning: 'Nothing on this device reads from its console.',
    fix: 'serial: { send } is for processes and boards.',
  },
  'device/no-frames': {
    fault: 'input',
    meaning: 'A text frame cannot be injected on a link that is not a WebSocket.',
    fix: 'link: { websocket: true } on the device, or leave frame: out.',
  },
  'device/no-pins': {
    fault: 'input',
    meaning: 'This device has no pins that could be driven.',
    fix: 'Signals are for emulated devices and boards.',
  },
  'device/no-signal': {
    fault: 'input',
    meaning: 'The device declares no signal of that name.',
    fix: 'signals: { led: { pin: 2 } } on the device.',
  },
  'device/not-connected': {
    fault: 'device',
    meaning: 'The step needs a connection of the device, and it has none.',
    fix: 'Wait for it: expect its CONNACK before.',
  },
  'device/not-started': {
    fault: 'environment',
    meaning: 'The device’s program cannot be started.',
    fix: 'command: is run in the folder of the scenario: check the path from there, and that the file is executable.',
  },
  'device/off': {
    fault: 'device',
    meaning: 'The device is off, or its program has ended.',
    fix: 'boot: DEVICE starts it again.',
  },
  'evidence/bad-timeline': {
    fault: 'input',
    meaning: 'A line of a recorded timeline is not what hil writes.',
    fix: 'Record the run again.',
  },
  'evidence/cut-short': {
    fault: 'input',
    meaning: 'The record ends before the scenario did, so it cannot be judged to its end.',
    fix: 'Record the run again.',
  },
  'internal/bug': {
    fault: 'harness',
    meaning: 'hil itself did something it must not. The exit code is 70.',
    fix: 'Please report it, with the text of the message and the scenario.',
  },
  'link/cannot-listen': {
    fault: 'environment',
    meaning: 'The address of a link is not one of this machine.',
    fix: '127.0.0.1, or the address of the network that the boards are in.',
  },
  'link/disturbance-twice': {
    fault: 'input',
    meaning: 'A disturbance with this id is already active.',
    fix: 'release: ID ends it.',
  },
  'link/held-limit': {
    fault: 'environment',
    meaning:
      'A disturbance keeps more packets than a link may hold (limits.held in the config). The run ends and is inconclusive.',
    fix: 'Release it earlier, select fewer packets, or raise limits.held.',
  },
  'link/packet-limit': {
    fault: 'environment',
    meaning:
      'A packet or a WebSocket frame is longer than a link may hold (limits.packet in the config). The run ends and is inconclusive.',
    fix: 'When such packets are to be tested, raise limits.packet; MQTT allows 256 MiB.',
  },
  'link/no-disturbance': {
    fault: 'input',
    meaning: 'The disturbance to release is not active: it was released before, or has not begun.',
    fix: 'Look at the order of the steps.',
  },
  'link/no-port': {
    fault: 'environment',
    meaning: 'All ports that hil may take are in use.',
    fix: 'ss -tln shows who holds them.',
  },
  'link/port-lost': {
    fault: 'environment',
    meaning: 'While a link refused connections its port was closed, and another program took it.',
    fix: 'Run again.',
  },
  'report/bad-load': {
    fault: 'environment',
    meaning: 'The file of a load run cannot be read.',
    fix: 'It may have been cut short: run again.',
  },
  'report/bad-output': {
    fault: 'environment',
    meaning: 'Results cannot be written there.',
    fix: 'Name a folder in which you may write: --output FOLDER.',
  },
  'report/no-browser': {
    fault: 'environment',
    meaning: 'No browser could be started.',
    fix: 'Open report.html yourself, or name a browser in $BROWSER.',
  },
  'report/not-written': {
    fault: 'environment',
    meaning: 'A report cannot be written.',
    fix: 'Check free space and write permission. --output names another folder.',
  },
  'results/outside': {
    fault: 'input',
    meaning: 'A file of results names a path outside of its own folder.',
    fix: 'Do not use these results: somebody has changed them. Run again.',
  },
  'run/slow-regex': {
    fault: 'input',
    meaning: 'A regular expression took too long on a text, and was stopped.',
    fix: 'Write it without a repetition inside a repetition: /^a+$/ for /^(a+)+$/.',
  },
  'run/file': {
    fault: 'environment',
    meaning: 'The system does not give hil a file or a folder.',
    fix: 'Check free space and write permission.',
  },
  'time/real': {
    fault: 'input',
    meaning:
      'In a run whose time is virtual something was begun that has a time of its own: a process, a socket of the system.',
    fix: 'Write clock: real in the scenario, or clock: auto where it is chosen; docs/time.md says what can be virtual.',
  },
  'run/record-limit': {
    fault: 'environment',
    meaning:
      'Devices or the broker sent more than a record may take (limits.record and limits.disk in the config). The run ends and is inconclusive.',
    fix: 'Let less be sent, or raise the limit. What was recorded up to there is in the results.',
  },
  'run/not-recorded': {
    fault: 'environment',
    meaning: 'The record of a run could not be written. Its verdicts stand; it cannot be judged again.',
    fix: 'Check free space. --output names another folder.',
  },
  'run/not-released': {
    fault: 'environment',
    meaning: 'Something that the run had opened could not be released: a port, a process, a connection.',
    fix: 'The message names it; end it yourself.',
  },
} as const satisfies ProblemTable
