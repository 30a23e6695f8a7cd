// What is wrong with what was asked for: the command line, the config, bindings, clients and known gaps.

import type { Explanations } from './explanation.ts'

export const asked = {
  'binding/bad-device': {
    means: 'device:PATH names a file that says what stands under devices: NAME: of a scenario, and this one does not.',
    mend: 'use: and what that kind takes, such as command: and commands: of a process; docs/conformance.md has an example.',
  },
  'binding/empty': {
    means: 'A binding says which device plays a role, and this one says nothing.',
    mend: 'CLIENT, CLIENT@VERSION, or process:COMMAND.',
    example: 'hil run --bind blue=umqtt.robust',
  },
  'binding/no-folder': {
    means: 'virtual:FOLDER lays a folder over the files of a virtual board, and there is no such folder.',
    mend: 'The path is looked for from the folder that hil was started in.',
    example: "hil run scenarios/devices --bind '*=virtual:my-libraries' --compare",
  },
  'binding/no-map': {
    means: 'bind: in a matrix is a list of maps from device to what plays it.',
    mend: 'Write one map for each run.',
    example: 'matrix: { bind: [{ blue: umqtt.robust }, { blue: minimqtt }] }',
  },
  'binding/not-text': {
    means: 'What plays a device is a word, such as umqtt.robust.',
    mend: 'Quote it when YAML reads something else.',
  },
  'binding/one-board': {
    means: 'What is bound to * plays every device that it can, and a board can be one device only.',
    mend: 'Name the device that the board plays. Virtual boards and clients can be many.',
    example: 'hil run --bind blue=port:/dev/ttyUSB0',
  },
  'binding/unknown-device': {
    means: 'A binding names a device that the scenario does not have.',
    mend: 'Bindings name devices of the scenario: the keys under devices:.',
  },
  'binding/unknown-kind': {
    means: 'There is no client or kind of device of that name.',
    mend: 'hil clients lists them.',
  },
  'cli/bad-bind': { means: 'The value of --bind is no pair.', mend: 'DEVICE=CLIENT, as in --bind blue=umqtt.robust.' },
  'cli/bad-broker': { means: 'The URL names no broker.', mend: 'mqtt://HOST:PORT, mqtts://, ws:// or wss://.' },
  'cli/bad-duration': { means: 'A time on the command line has no unit or cannot be read.', mend: '500ms, 30s, 5m.' },
  'cli/bad-number': {
    means: 'A number on the command line is no whole number, or out of range.',
    mend: 'The message has the range.',
  },
  'cli/bad-option': {
    means: '--with NAME=VALUE gives an option of the client’s library, and this one does not fit.',
    mend: 'hil clients NAME shows the options with their types.',
  },
  'cli/bad-percent': { means: 'A share is written with a percent sign.', mend: 'hil coverage results --require 95%.' },
  'cli/bad-regex': {
    means: '--grep takes a regular expression of JavaScript, and this is none.',
    mend: 'To mean the characters . * + ? ( ) [ ] themselves, put a backslash before each.',
  },
  'cli/bad-shard': { means: '--shard N/M runs the Nth of M parts.', mend: 'N goes from 1 to M: --shard 1/3.' },
  'cli/bad-version': {
    means: 'A version after @ cannot be read.',
    mend: 'CLIENT@VERSION, as in umqtt.simple@1.4.0.',
  },
  'cli/bad-var': { means: 'The value of --var is no pair.', mend: 'NAME=VALUE, as in --var keepalive=2s.' },
  'cli/cannot-watch': {
    means: 'The system does not watch one more folder for hil.',
    mend: 'On Linux: sysctl fs.inotify.max_user_watches=524288; or run hil watch in a smaller folder.',
  },
  'cli/client-cannot': {
    means: 'The client’s library has no such method.',
    mend: 'hil clients NAME shows its methods.',
  },
  'cli/no-brokers': {
    means: '--broker all means those of the config, and it names none.',
    mend: 'Name them under brokers: in harness.config.ts.',
  },
  'cli/no-last-run': {
    means: '--last-failed reads the results.json of the last run, and there is none that can be read.',
    mend: 'Run once without it, with the same --output.',
  },
  'cli/no-record': {
    means:
      'A recorded run is timeline.ndjson and scenario.yaml side by side; one of them is missing or of another version.',
    mend: 'Name the output folder of a run, or one scenario’s folder in it.',
  },
  'cli/no-results': {
    means: 'There is no results.json that can be read.',
    mend: 'Name the output folder of a run: results by default.',
  },
  'cli/no-scenarios': {
    means: 'No scenarios were named, the config names none, and there is no folder scenarios here.',
    mend: 'Name files or folders; hil init makes a first project.',
  },
  'cli/no-such-path': {
    means: 'There is no file or folder of that name.',
    mend: 'Paths are seen from the folder in which hil is run.',
  },
  'cli/no-terminal': {
    means: 'The command asks questions, and there is no terminal on which somebody could answer.',
    mend: 'hil init --yes.',
  },
  'cli/no-topic': { means: 'A message or a will needs a topic.', mend: '-t TOPIC, --will-topic TOPIC.' },
  'cli/not-for-broker': {
    means:
      'Certificates and passwords on the command line are for a broker that is named by its URL; others are started here.',
    mend: 'For a broker that hil starts, they are options in the config: docs/brokers.md.',
  },
  'cli/nothing-matched': {
    means: 'No scenario was left to run. The exit code is 5, so that a misspelt --grep does not look like success.',
    mend: 'hil list with the same words shows what there is; --pass-with-no-tests makes it no error.',
  },
  'cli/unknown-bind': {
    means: '--bind names a device that no scenario here has.',
    mend: 'Devices are the keys under devices:.',
  },
  'cli/unknown-broker': {
    means: 'There is no broker of that name.',
    mend: 'A kind, a name of the config, or mqtt://HOST:PORT.',
  },
  'cli/unknown-client': { means: 'There is no client or firmware of that name.', mend: 'hil clients lists them.' },
  'cli/unknown-code': { means: 'No message of hil has this code.', mend: 'hil explain without a code lists them all.' },
  'cli/unknown-command': { means: 'hil has no such command.', mend: 'hil --help lists them.' },
  'cli/unknown-flag': { means: 'The command has no such flag.', mend: 'hil COMMAND --help lists them.' },
  'cli/unknown-reporter': {
    means: 'There is no reporter of that name.',
    mend: 'list, dot, line, html, json, junit, github, ctrf, tap.',
  },
  'cli/unknown-var': {
    means: '--var names a variable that no scenario here has.',
    mend: 'Variables are the keys under vars:.',
  },
  'cli/unknown-version': {
    means: 'That version of the client is not among those that can be emulated.',
    mend: 'hil clients NAME lists them.',
  },
  'cli/unreadable': {
    means: 'A file cannot be read, or is no text in UTF-8.',
    mend: 'Look at its name and its permissions.',
  },
  'cli/unused-flag': {
    means: 'The flag would change nothing for this client or firmware.',
    mend: 'Remove it; hil clients NAME shows what there is.',
  },
  'cli/usage': { means: 'The command line cannot be read.', mend: 'hil COMMAND --help shows what the command takes.' },
  'client/bad-option': {
    means: 'The library refuses this value, as it would on the board.',
    mend: 'hil clients NAME shows its options.',
  },
  'client/missing-option': {
    means: 'The library or the firmware cannot begin without this option.',
    mend: 'with: in a scenario, --with NAME=VALUE for hil emulate.',
  },
  'client/unknown-option': {
    means: 'The library has no option of that name.',
    mend: 'hil clients NAME shows its options.',
  },
  'client/unknown-version': {
    means: 'That version of the library is not among those that can be emulated.',
    mend: 'hil clients NAME lists them.',
  },
  'config/broken': {
    means: 'The config file cannot be loaded, or has no default export.',
    mend: 'export default { … } satisfies Config.',
  },
  'config/invalid': {
    means: 'A setting of the config is unknown or has a wrong value.',
    mend: 'Typed as Config, an editor completes and checks it.',
  },
  'config/not-found': {
    means: 'The file that --config names is not there.',
    mend: 'Without --config, harness.config.ts of this folder is read.',
  },
  'firmware/wrong-client': {
    means: 'The built-in firmware is written for another client library.',
    mend: 'hil clients FIRMWARE says for which.',
  },
  'gap/bad-versions': {
    means: 'A known gap is limited to versions that cannot be read.',
    mend: 'A range such as <2.10, or >=2.9 <2.11.',
  },
  'gap/names-nothing': {
    means:
      'A known gap names a scenario, statement or broker that there is not: it would hide nothing, or was renamed.',
    mend: 'Write what it is called now, or take it out.',
  },
} as const satisfies Explanations
