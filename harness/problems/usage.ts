// What is wrong with what was asked for: the command line, the config, bindings, clients and known gaps.

import type { ProblemTable } from './entry.ts'

export const usage = {
  'binding/bad-device': {
    fault: 'input',
    meaning:
      'device:PATH names a file that says what stands under devices: NAME: of a scenario, and this one does not.',
    fix: 'use: and what that kind takes, such as command: and commands: of a process; docs/conformance.md has an example.',
  },
  'binding/empty': {
    fault: 'input',
    meaning: 'A binding names the device that plays a role, and this one is empty.',
    fix: 'CLIENT, CLIENT@VERSION, or process:COMMAND.',
    example: 'hil run --bind blue=umqtt.robust',
  },
  'binding/no-folder': {
    fault: 'input',
    meaning: 'virtual:FOLDER lays a folder over the files of a virtual board, and that folder does not exist.',
    fix: 'The path is looked for from the folder that hil was started in.',
    example: "hil run scenarios/devices --bind '*=virtual:my-libraries' --compare",
  },
  'binding/no-map': {
    fault: 'input',
    meaning: 'bind: in a matrix is a list of maps from device to what plays it.',
    fix: 'Write one map for each run.',
    example: 'matrix: { bind: [{ blue: umqtt.robust }, { blue: minimqtt }] }',
  },
  'binding/not-text': {
    fault: 'input',
    meaning: 'What plays a device is a word, such as umqtt.robust.',
    fix: 'Quote it when YAML reads something else.',
  },
  'binding/one-board': {
    fault: 'input',
    meaning: 'What is bound to * plays every device that it can, and a board can be one device only.',
    fix: 'Name the device that the board plays. Virtual boards and clients can be many.',
    example: 'hil run --bind blue=port:/dev/ttyUSB0',
  },
  'binding/unknown-device': {
    fault: 'input',
    meaning: 'A binding names a device that the scenario does not have.',
    fix: 'Bindings name devices of the scenario: the keys under devices:.',
  },
  'binding/unknown-kind': {
    fault: 'input',
    meaning: 'Unknown client or kind of device.',
    fix: 'hil clients lists them.',
  },
  'select/bad-bind': {
    fault: 'input',
    meaning: 'The value of --bind is not a pair.',
    fix: 'DEVICE=CLIENT, as in --bind blue=umqtt.robust.',
  },
  'select/bad-broker': {
    fault: 'input',
    meaning: 'The URL names no broker.',
    fix: 'mqtt://HOST:PORT, mqtts://, ws:// or wss://.',
  },
  'select/bad-duration': {
    fault: 'input',
    meaning: 'A time on the command line has no unit or cannot be read.',
    fix: '500ms, 30s, 5m.',
  },
  'cli/cannot-listen': {
    fault: 'environment',
    meaning: 'Another program has this port, or the address is none of this machine.',
    fix: 'Name another port, or an address that `ip address` shows.',
  },
  'cli/bad-number': {
    fault: 'input',
    meaning: 'A number on the command line is not a whole number, or is out of range.',
    fix: 'The message has the range.',
  },
  'cli/bad-option': {
    fault: 'input',
    meaning: '--with NAME=VALUE gives an option of the client’s library, and this one does not fit.',
    fix: 'hil clients NAME shows the options with their types.',
  },
  'cli/bad-percent': {
    fault: 'input',
    meaning: 'A share is written with a percent sign.',
    fix: 'hil coverage results --require 95%.',
  },
  'select/bad-regex': {
    fault: 'input',
    meaning: '--grep takes a regular expression of JavaScript, and this is none.',
    fix: 'To mean the characters . * + ? ( ) [ ] themselves, put a backslash before each.',
  },
  'cli/bad-shard': {
    fault: 'input',
    meaning: '--shard N/M runs the Nth of M parts.',
    fix: 'N goes from 1 to M: --shard 1/3.',
  },
  'cli/bad-version': {
    fault: 'input',
    meaning: 'A version after @ cannot be read.',
    fix: 'CLIENT@VERSION, as in umqtt.simple@1.4.0.',
  },
  'select/bad-var': {
    fault: 'input',
    meaning: 'The value of --var is not a pair.',
    fix: 'NAME=VALUE, as in --var keepalive=2s.',
  },
  'cli/cannot-watch': {
    fault: 'input',
    meaning: 'The system does not watch one more folder for hil.',
    fix: 'On Linux: sysctl fs.inotify.max_user_watches=524288; or run hil watch in a smaller folder.',
  },
  'cli/client-cannot': {
    fault: 'input',
    meaning: 'The client’s library has no such method.',
    fix: 'hil clients NAME shows its methods.',
  },
  'select/no-brokers': {
    fault: 'input',
    meaning: '--broker all means those of the config, and it names none.',
    fix: 'Name them under brokers: in harness.config.ts.',
  },
  'cli/no-last-run': {
    fault: 'input',
    meaning: '--last-failed reads the results.json of the last run, which is missing or cannot be read.',
    fix: 'Run once without it, with the same --output.',
  },
  'cli/no-record': {
    fault: 'input',
    meaning:
      'A recorded run is timeline.ndjson and scenario.yaml side by side; one of them is missing or of another version.',
    fix: 'Name the output folder of a run, or one scenario’s folder in it.',
  },
  'cli/no-results': {
    fault: 'input',
    meaning: 'No results.json can be read.',
    fix: 'Name the output folder of a run: results by default.',
  },
  'select/no-scenarios': {
    fault: 'input',
    meaning: 'No scenarios were named, the config names none, and the folder scenarios does not exist here.',
    fix: 'Name files or folders; hil init makes a first project.',
  },
  'cli/no-such-path': {
    fault: 'input',
    meaning: 'No such file or folder.',
    fix: 'Paths are seen from the folder in which hil is run.',
  },
  'cli/no-terminal': {
    fault: 'input',
    meaning: 'The command asks questions, and standard input is not a terminal.',
    fix: 'hil init --yes.',
  },
  'cli/no-topic': {
    fault: 'input',
    meaning: 'A message or a will needs a topic.',
    fix: '-t TOPIC, --will-topic TOPIC.',
  },
  'select/not-for-broker': {
    fault: 'input',
    meaning:
      'Certificates and passwords on the command line are for a broker that is named by its URL; others are started here.',
    fix: 'For a broker that hil starts, they are options in the config: docs/brokers.md.',
  },
  'cli/nothing-matched': {
    fault: 'input',
    meaning: 'No scenario was left to run. The exit code is 5, so that a misspelt --grep does not look like success.',
    fix: 'hil list with the same words shows what there is; --pass-with-no-tests makes it no error.',
  },
  'select/unknown-bind': {
    fault: 'input',
    meaning: '--bind names a device that no scenario here has.',
    fix: 'Devices are the keys under devices:.',
  },
  'select/unknown-broker': {
    fault: 'input',
    meaning: 'Unknown broker.',
    fix: 'A kind, a name of the config, or mqtt://HOST:PORT.',
  },
  'cli/unknown-client': {
    fault: 'input',
    meaning: 'Unknown client or firmware.',
    fix: 'hil clients lists them.',
  },
  'cli/unknown-code': {
    fault: 'input',
    meaning: 'No message of hil has this code.',
    fix: 'hil explain without a code lists them all.',
  },
  'cli/unknown-command': {
    fault: 'input',
    meaning: 'hil has no such command.',
    fix: 'hil --help lists them.',
  },
  'cli/unknown-flag': {
    fault: 'input',
    meaning: 'The command has no such flag.',
    fix: 'hil COMMAND --help lists them.',
  },
  'cli/unknown-reporter': {
    fault: 'input',
    meaning: 'Unknown reporter.',
    fix: 'hil run --help lists the reporters.',
  },
  'select/unknown-var': {
    fault: 'input',
    meaning: '--var names a variable that no scenario here has.',
    fix: 'Variables are the keys under vars:.',
  },
  'cli/unknown-version': {
    fault: 'input',
    meaning: 'That version of the client is not among those that can be emulated.',
    fix: 'hil clients NAME lists them.',
  },
  'select/unreadable': {
    fault: 'input',
    meaning: 'A file cannot be read, or is not UTF-8 text.',
    fix: 'Look at its name and its permissions.',
  },
  'cli/unused-flag': {
    fault: 'input',
    meaning: 'The flag would change nothing for this client or firmware.',
    fix: 'Remove it; hil clients NAME shows what there is.',
  },
  'cli/usage': {
    fault: 'input',
    meaning: 'The command line cannot be read.',
    fix: 'hil COMMAND --help shows what the command takes.',
  },
  'client/bad-option': {
    fault: 'input',
    meaning: 'The library refuses this value, as it would on the board.',
    fix: 'hil clients NAME shows its options.',
  },
  'client/missing-option': {
    fault: 'input',
    meaning: 'The library or the firmware cannot begin without this option.',
    fix: 'with: in a scenario, --with NAME=VALUE for hil emulate.',
  },
  'client/unknown-option': {
    fault: 'input',
    meaning: 'The library has no option of that name.',
    fix: 'hil clients NAME shows its options.',
  },
  'client/unknown-version': {
    fault: 'input',
    meaning: 'That version of the library is not among those that can be emulated.',
    fix: 'hil clients NAME lists them.',
  },
  'config/broken': {
    fault: 'input',
    meaning: 'The config file cannot be loaded, or has no default export.',
    fix: 'export default { … } satisfies Config.',
  },
  'config/invalid': {
    fault: 'input',
    meaning: 'A setting of the config is unknown or has a wrong value.',
    fix: 'Typed as Config, an editor completes and checks it.',
  },
  'config/bad-extension': {
    fault: 'input',
    meaning:
      'A client, device, broker, reporter, step, matcher or disturbance of the project is not one, or its name is taken.',
    fix: 'docs/extending.md has an example of each; the define… functions of mqtt-hil type them.',
  },
  'config/bad-option': {
    fault: 'input',
    meaning:
      'A program called runScenario, mqttHil or another function with an option that there is not, or of a wrong type.',
    fix: 'The message names the nearest. Durations are text with a unit (`5s`) or a number of milliseconds.',
  },
  'config/not-found': {
    fault: 'input',
    meaning: 'The file that --config names is not there.',
    fix: 'Without --config, harness.config.ts of this folder is read.',
  },
  'firmware/wrong-client': {
    fault: 'input',
    meaning: 'The built-in firmware is written for another client library.',
    fix: 'hil clients FIRMWARE says for which.',
  },
  'gap/bad-versions': {
    fault: 'input',
    meaning: 'A known gap is limited to versions that cannot be read.',
    fix: 'A range such as <2.10, or >=2.9 <2.11.',
  },
  'gap/names-nothing': {
    fault: 'input',
    meaning:
      'A known gap names a scenario, statement or broker that there is not: it would hide nothing, or was renamed.',
    fix: 'Write what it is called now, or take it out.',
  },
} as const satisfies ProblemTable
