// What is wrong with a scenario's text. Each of these is found before anything is opened, and stands at its line.

import type { ProblemTable } from './entry.ts'

export const scenario = {
  'scenario/always': {
    fault: 'input',
    meaning: 'Under always: stand claims that hold beside the steps. Here something else does.',
    fix: 'Write - never: { … }. What must come is an expect, among the steps.',
    example: 'always:\n  - never: { message: { topic: blue/status } }',
  },
  'scenario/always-after': {
    fault: 'input',
    meaning: 'A claim under always begins with the run, so it can have neither after nor since.',
    fix: 'Put a never with for: among the steps, in a parallel beside what it watches.',
  },
  'scenario/bad-key': {
    fault: 'input',
    meaning: 'A name (of a variable, a signal …) is not valid.',
    fix: 'Use letters, digits, - and _, beginning with a letter.',
  },
  'scenario/bad-value': {
    fault: 'input',
    meaning:
      'The value has the right type, but is out of range, not one of the words there are, or not of the right form.',
    fix: 'The message says what is expected; docs/scenarios.md has every key with its values.',
  },
  'scenario/bare-number': {
    fault: 'input',
    meaning:
      'A number stands where a quantity with a unit or a text is expected. A bare number would mean something else to each reader.',
    fix: 'Times and sizes carry units. Text that looks like a number is quoted.',
    example: 'within: 200ms\npayload: "1"',
  },
  'scenario/unknown-clause': {
    fault: 'input',
    meaning: 'promises: names a clause that no contract of a device has.',
    fix: 'Write the path of a clause, such as backoff.cap, or a path and the value that it must have: offline.drops = oldest.',
  },
  'scenario/beat': {
    fault: 'input',
    meaning: 'every: does not say how long a wait is, or has a cap: that does not fit it.',
    fix: 'Write of: for the first wait, grow: or add: for waits that become longer, and a cap: that is not below of:.',
    example: 'every: { of: 1s, grow: 2, cap: 60s, jitter: 20% }',
  },
  'scenario/call-outcome': {
    fault: 'input',
    meaning: 'A call either returned, or raised, or is running. The claim asks for two of these.',
    fix: 'Keep one of returned, raised and running.',
  },
  'scenario/call-unnamed': {
    fault: 'input',
    meaning: 'The claim does not say which call it is about.',
    fix: 'Name the step that made it with id:, or its device:.',
  },
  'scenario/corrupt-place': {
    fault: 'input',
    meaning: 'The bytes to corrupt reach beyond the end of the packet.',
    fix: 'at: counts from the end when it is negative: at: -2 leaves room for bytes: 2.',
  },
  'scenario/count-of-many': {
    fault: 'input',
    meaning: 'all, sequence and any have one event for each of their matchers; count and every count events of one.',
    fix: 'Write a separate expect for what is counted.',
  },
  'scenario/delay-range': {
    fault: 'input',
    meaning: 'The shortest delay is longer than the longest.',
    fix: 'Write { min: SHORTEST, max: LONGEST }.',
  },
  'scenario/needs-mqtt5': {
    fault: 'input',
    meaning:
      'Properties, reason codes of a client, AUTH and options of subscriptions are of MQTT 5. This device, or the broker, speaks an older one.',
    fix: 'Write protocol: 5 into the device, when its kind has it (raw, mqttjs), or name another device; take a broker that has MQTT 5.',
    example: 'devices:\n  blue: { use: mqttjs, protocol: 5 }',
  },
  'scenario/no-protocol': {
    fault: 'input',
    meaning: 'The kind of the device does not have the version of MQTT that protocol: names.',
    fix: 'Remove protocol:, or name a kind that has it. Emulated libraries speak what the library speaks.',
  },
  'scenario/protocol-twice': {
    fault: 'input',
    meaning: 'protocol: names one version of MQTT, and an option under with: another.',
    fix: 'Keep one of them.',
  },
  'scenario/device-twice': {
    fault: 'input',
    meaning: 'A step names its device both beside its verb and inside of it.',
    fix: 'Once is enough.',
  },
  'scenario/disturbance': {
    fault: 'input',
    meaning: 'A disturb step does one thing to packets. Here it does none, or several.',
    fix: 'Give each its own step: they combine in the order of their steps.',
    example: '- disturb: { device: blue, direction: up, packet: publish, do: { delay: 1s } }',
  },
  'scenario/disturb-never': {
    fault: 'input',
    meaning: 'A disturb step selects no packet that can ever come, or cannot do with them what it says.',
    fix: 'The message says which of its words cannot be met together.',
    example: '- disturb: { device: blue, direction: up, packet: publish, topic: a/b, do: drop }',
  },
  'scenario/drive-level': {
    fault: 'input',
    meaning: 'A pin is driven to one level.',
    fix: 'Give one of value: 0, value: 1, pressed: true, released: true.',
  },
  'scenario/duplicate-key': {
    fault: 'input',
    meaning: 'The same key is there twice in one map; YAML would keep one of them without a word.',
    fix: 'Remove one. In a list, begin each item with a dash.',
  },
  'scenario/empty': {
    fault: 'input',
    meaning: 'There is nothing in the file.',
    fix: 'A scenario has name:, version: 1 and steps:. hil init writes one.',
  },
  'scenario/expression-syntax': {
    fault: 'input',
    meaning: 'What stands between ${{ and }} cannot be read.',
    fix: 'Names, numbers, quantities, text in single quotes, + - * / %, comparisons, ! && ||, a ? b : c, and calls.',
    example: 'between: ["${{ 1.0 * vars.keepalive }}", "${{ 1.5 * vars.keepalive + broker.keepaliveSlack }}"]',
  },
  'scenario/expression-type': {
    fault: 'input',
    meaning: 'The values do not go together: a duration and a size cannot be added, a list cannot stand inside text.',
    fix: 'string(…) makes text, number(…) a number; quantities are multiplied by numbers.',
  },
  'scenario/expression-value': {
    fault: 'input',
    meaning:
      'The expression can be read but has no value: a division by zero, an index beyond the end, text that is not a number.',
    fix: 'Look at the values that go in; the message has them.',
  },
  'scenario/fleet-name': {
    fault: 'input',
    meaning:
      'i, seq, random and now stand for what is known of one device or one message, and this value is not of one.',
    fix: 'In client-id, with, will, subscribe and tls there are i and random; in topic, payload and json of publish all four.',
  },
  'scenario/fleet-track': {
    fault: 'input',
    meaning: 'A message whose topic is drawn by chance or by time cannot be followed: its receivers are unknown.',
    fix: 'Make the topic of i and seq, or write track: false.',
  },
  'scenario/hex': {
    fault: 'input',
    meaning: 'The bytes are not written in hex digits, two for each byte.',
    fix: 'Spaces between bytes are fine.',
    example: 'hex: "d0 00"',
  },
  'scenario/held-never': {
    fault: 'input',
    meaning: 'A release step waits until more packets are held than its disturbance can hold.',
    fix: 'Wait for fewer, raise times: of the disturb step, or leave out held: when nothing is kept.',
    example: '- release: { id: acks, held: 2 }',
  },
  'scenario/id-twice': {
    fault: 'input',
    meaning: 'Two steps have the same id, so an anchor would be ambiguous.',
    fix: 'Ids are unique in a scenario.',
  },
  'scenario/identifier': {
    fault: 'input',
    meaning: 'A name has characters that a name cannot have.',
    fix: 'Letters, digits, - and _, beginning with a letter.',
  },
  'scenario/inject': {
    fault: 'input',
    meaning: 'inject sends one packet or some bytes; here are none or both.',
    fix: 'Give packet: { type: …, … } or hex: "d0 00".',
  },
  'scenario/keepalive': {
    fault: 'input',
    meaning: 'CONNECT has two bytes for the keep alive, in seconds.',
    fix: 'At most 65535s.',
  },
  'scenario/key-of-another-kind': {
    fault: 'input',
    meaning: 'The key is for another kind of device: a process takes no with:, a client no command:.',
    fix: 'Remove it, or change use:. hil clients NAME shows the keys of a kind.',
  },
  'scenario/no-command': {
    fault: 'input',
    meaning: 'The device takes commands on its console, and its commands: have none for this call.',
    fix: 'Add it to commands:, or do without the call.',
  },
  'scenario/no-place-for': {
    fault: 'input',
    meaning: 'with: or will: says something that the connect command cannot tell the firmware.',
    fix: 'Write its placeholder into the command, or leave it to the firmware.',
  },
  'scenario/library-cannot-send': {
    fault: 'input',
    meaning: 'The library of the device has no call for this part of MQTT 5, or cannot send this value.',
    fix: 'Leave it out, or use a device that can send it: raw or mqttjs.',
  },
  'scenario/no-websocket': {
    fault: 'input',
    meaning: 'link: { websocket: true } on a device whose library has none.',
    fix: 'Remove it, or use what the hint names: a process, raw, mqttjs.',
  },
  'scenario/missing-key': {
    fault: 'input',
    meaning: 'Something that must be there is not.',
    fix: 'The hint shows how it is written.',
  },
  'scenario/missing-option': {
    fault: 'input',
    meaning: 'The firmware cannot begin without this option.',
    fix: 'Give it in with:. hil clients FIRMWARE shows all options.',
  },
  'scenario/multiple-documents': {
    fault: 'input',
    meaning: 'A line with --- or ... begins a second document, and a file is one scenario.',
    fix: 'Remove the line, or make two files.',
  },
  'scenario/network-device': {
    fault: 'input',
    meaning: 'The step does not say whose network it changes, or says it twice.',
    fix: 'Give device: NAME or devices: [NAME, …].',
  },
  'scenario/network-mode': {
    fault: 'input',
    meaning: 'A mode says how a network is down. Here it is up.',
    fix: 'Remove mode:, or write state: down.',
  },
  'scenario/never-how-long': {
    fault: 'input',
    meaning: 'A never needs an end: for: DURATION among the steps, until: ANCHOR (or nothing) under always.',
    fix: 'A never without an end would be true at once, or never.',
    example: '- never: { message: { topic: blue/status }, for: 1s }',
  },
  'scenario/no-verb': {
    fault: 'input',
    meaning: 'A step has an id or a name, but does nothing.',
    fix: 'Give it one verb. docs/scenarios.md has them all.',
  },
  'scenario/not-known-yet': {
    fault: 'input',
    meaning: 'What the expression names is known only while the scenario runs, and this place is read before.',
    fix: 'saved and i can stand in the arguments of steps; link in command: and env:.',
  },
  'scenario/one-matcher': {
    fault: 'input',
    meaning: 'A claim is about one matcher: packet, message, socket, call, serial, signal, exit or violation.',
    fix: 'For several: all, sequence or any, each with a list; or an expect for each.',
    example:
      '- expect:\n    all:\n      - packet: { to: blue, type: suback }\n      - message: { topic: a/b }\n    within: 1s',
  },
  'scenario/option-type': {
    fault: 'input',
    meaning: 'An option of a client has a value of the wrong type.',
    fix: 'hil clients NAME shows the options with their types. Times carry units.',
  },
  'scenario/packet-direction': {
    fault: 'input',
    meaning: 'A packet goes from a device or to it; the claim must say which.',
    fix: 'Write from: DEVICE or to: DEVICE.',
  },
  'scenario/packet-field': {
    fault: 'input',
    meaning: 'Packets of this type do not have this field, or the match asks for nothing.',
    fix: 'docs/scenarios.md lists the fields by packet type.',
  },
  'scenario/payload': {
    fault: 'input',
    meaning: 'A message has one payload, written in one way.',
    fix: 'Give one of payload, hex, json, size. payload: "" sends an empty one.',
  },
  'scenario/qos': {
    fault: 'input',
    meaning: 'Quality of service is 0, 1 or 2.',
    fix: 'Write it as a number, without quotes.',
  },
  'scenario/regex': {
    fault: 'input',
    meaning: 'The text between the slashes is not a regular expression of JavaScript.',
    fix: 'To mean the characters . * + ? ( ) [ ] themselves, put a backslash before each.',
  },
  'scenario/running': {
    fault: 'input',
    meaning:
      'running: true asks whether one call is still under way when the window ends, so it needs its id and a window.',
    fix: 'Write it alone.',
    example: '- expect: { call: { id: slow, running: true }, within: 2s }',
  },
  'scenario/runs-by-itself': {
    fault: 'input',
    meaning: 'The device runs a program that acts on its own; a step cannot make it call something.',
    fix: 'Client calls are for emulated devices with firmware: puppet, the default.',
  },
  'scenario/send-join': {
    fault: 'input',
    meaning: 'join and split are opposites: one segment, or many.',
    fix: 'Remove one of them.',
  },
  'scenario/never-running': {
    fault: 'input',
    meaning: 'never: says that an event does not come. That a call is running is a state, and not an event.',
    fix: 'Claim the end of the call with expect.',
    example: '- expect: { call: { id: publish, returned: true }, within: 5s }',
  },
  'scenario/no-call': {
    fault: 'input',
    meaning: 'A claim about a call names a step that calls nothing on a device.',
    fix: 'Give the step that makes the call an id:, and name that.',
  },
  'scenario/no-repeat': {
    fault: 'input',
    meaning: 'i is the turn of a repeat, and the step is not inside of one.',
    fix: 'Put the step under repeat: { times, steps }.',
  },
  'scenario/save-field': {
    fault: 'input',
    meaning: 'save: names a field that the events of this claim do not have.',
    fix: 'The hint lists the fields.',
  },
  'scenario/start-with-terms': {
    fault: 'input',
    meaning:
      'With start: true a step does not wait for the end of its call, so what it says of that end would not be checked.',
    fix: 'Give the step an id:, and claim the end of the call in a later expect.',
  },
  'scenario/too-long': {
    fault: 'input',
    meaning: 'The arrivals or the delays of a load take longer than its timeout, which would end it before.',
    fix: 'Set a longer timeout in the scenario, or ask for fewer devices, a higher rate or a shorter delay.',
  },
  'scenario/unanswerable': {
    fault: 'input',
    meaning: 'The claim can never be decided by what this run records: no event can have what it asks for.',
    fix: 'The message names the part, and the hint what to write.',
  },
  'scenario/unknown-saved': {
    fault: 'input',
    meaning: 'saved.NAME stands before any expect that saves this name.',
    fix: 'Write save: { NAME: FIELD } in the expect that finds the value.',
  },
  'scenario/serial-what': {
    fault: 'input',
    meaning: 'A serial step sends a line of text, or bytes.',
    fix: 'Give one of send: and hex:. A line end belongs to send:.',
    example: '- serial: { device: blue, send: status }',
  },
  'scenario/send-what': {
    fault: 'input',
    meaning: 'send needs to know what: one packet, several, or bytes.',
    fix: 'Give one of packet, packets, hex.',
  },
  'scenario/slo-without-fleet': {
    fault: 'input',
    meaning: 'slo bounds what a fleet measures.',
    fix: 'Use expect and never in a scenario without a fleet.',
  },
  'scenario/time-up': {
    fault: 'input',
    meaning: 'The time limit of the scenario was reached before its last step had ended.',
    fix: 'Look at the step that it waited in. timeout: on the scenario, or --timeout, sets another limit.',
  },
  'scenario/topic': {
    fault: 'input',
    meaning: 'subscribe and unsubscribe need a filter, or a list of them.',
    fix: 'Give topic: FILTER or topics: [FILTER, …].',
  },
  'scenario/topic-filter': {
    fault: 'input',
    meaning:
      'MQTT does not allow this filter: + must fill a level, # must be the last one, and none may be empty of all.',
    fix: 'a/b, a/+, +/b, a/#, #. [MQTT-4.7.1-2] [MQTT-4.7.1-3]',
  },
  'scenario/topic-name': {
    fault: 'input',
    meaning: 'A message cannot be published to this topic: + and # are for filters.',
    fix: 'A raw device can send it all the same. [MQTT-3.3.2-2]',
  },
  'scenario/two-anchors': {
    fault: 'input',
    meaning: 'after and since are two places to look from.',
    fix: 'Keep one of them.',
  },
  'scenario/two-verbs': {
    fault: 'input',
    meaning: 'A step has two verbs; their order would be chance.',
    fix: 'Begin the second with its own dash.',
  },
  'scenario/two-windows': {
    fault: 'input',
    meaning: 'within and between are two windows for one claim.',
    fix: 'between: [EARLIEST, LATEST] has both ends, within: LATEST only the upper one.',
  },
  'scenario/unknown-anchor': {
    fault: 'input',
    meaning: 'after:, until: or since: names a moment that there is not.',
    fix: 'A step’s id, id.end, id.first, id.last, last-packet-from:DEVICE, boot:DEVICE, or start.',
  },
  'scenario/unknown-device': {
    fault: 'input',
    meaning: 'No device of that name is under devices:.',
    fix: 'The hint names the nearest one.',
  },
  'scenario/unknown-disturbance': {
    fault: 'input',
    meaning: 'release: names the id of a disturb step, and no earlier one has it.',
    fix: 'Give the disturb step an id:.',
  },
  'scenario/unknown-key': {
    fault: 'input',
    meaning:
      'Nothing of this name is known here. It is not passed over, because a misspelt key would change nothing, silently.',
    fix: 'The hint has the nearest key, or all of them; an editor with the schema completes them (docs/editors.md).',
  },
  'scenario/unknown-name': {
    fault: 'input',
    meaning: 'The expression names something that there is not.',
    fix: 'There is vars, matrix, env, broker, seed; in steps also saved and i. Put spaces around a minus.',
  },
  'scenario/unknown-option': {
    fault: 'input',
    meaning: 'The client’s library has no option of that name, or the device’s link sets it.',
    fix: 'hil clients NAME shows its options, by the library’s own names.',
  },
  'scenario/unknown-signal': {
    fault: 'input',
    meaning: 'The device declares no signal of that name.',
    fix: 'Declare it on the device.',
    example: 'signals: { led: { pin: 2 } }',
  },
  'scenario/unknown-step': {
    fault: 'input',
    meaning: 'Unknown verb.',
    fix: 'docs/scenarios.md has all verbs. A matcher (packet, message …) stands inside of an expect.',
  },
  'scenario/unknown-step-id': {
    fault: 'input',
    meaning: 'The claim names a call by the id of its step, and no earlier step has it.',
    fix: 'Give the step that makes the call an id:.',
  },
  'scenario/unknown-version': {
    fault: 'input',
    meaning: 'That version of the client is not among those that can be emulated.',
    fix: 'hil clients NAME lists them; without version: it is the newest.',
  },
  'scenario/unquoted-expression': {
    fault: 'input',
    meaning: 'YAML reads { and } as its own syntax unless they are quoted.',
    fix: 'Put quotes around the whole value.',
    example: 'with: { keepalive: "${{ vars.keepalive }}" }',
  },
  'scenario/file': {
    fault: 'input',
    meaning: 'A file that the scenario names beside its text is missing, cannot be read, or is not what it should be.',
    fix: 'Paths count from the folder of the scenario. A CSV file has the names of its columns in the first line.',
    example: 'vars: { limits: { file: limits.json } }',
  },
  'scenario/unquoted-regex': {
    fault: 'input',
    meaning: 'YAML reads comma, colon, hash, braces and brackets of a regular expression as its own syntax.',
    fix: 'Put quotes around the regular expression; single ones where it has backslashes.',
    example: 'expect: { serial: { device: dut, line: "/ok, connecting/" } }',
  },
  'scenario/link-certificate': {
    fault: 'input',
    meaning: 'The certificate that a link is to show cannot be used.',
    fix: 'Name a PEM file of a certificate and one of its key: link: { tls: { cert: cert.pem, key: key.pem } }.',
  },
  'scenario/open-link': {
    fault: 'input',
    meaning:
      'A warning: the link of a device listens at an address that other machines reach, and accepts connections from all of them.',
    fix: 'from: lists the addresses that may connect; from: any says that all may.',
    example: 'link: { host: 192.168.1.10, port: 1883, from: [192.168.1.50] }',
  },
  'scenario/slow-regex': {
    fault: 'input',
    meaning: 'A regular expression takes too long on some text that a device or a broker could send. A warning.',
    fix: 'Write it without a repetition inside a repetition, and without two that match the same characters.',
    example: '/^a+$/ in place of /^(a+)+$/',
  },
  'scenario/unused-axis': {
    fault: 'input',
    meaning: 'No expression of the scenario uses an axis of its matrix, so that its runs are all the same. A warning.',
    fix: 'Use the axis in an expression, or take it out. hil run --repeat-each N runs a scenario several times.',
    example: "matrix: { qos: [0, 1] }, and in a step: qos: '${{ matrix.qos }}'",
  },
  'scenario/unresolved': {
    fault: 'input',
    meaning: 'A value could not be had when the step’s turn had come.',
    fix: 'Check that the step that saves it matched an event.',
  },
  'scenario/verb-of-another-kind': {
    fault: 'input',
    meaning: 'The verb is for another kind of device.',
    fix: 'send is for use: raw; what a client library sends, it decides itself.',
  },
  'scenario/violation-of-whom': {
    fault: 'input',
    meaning: 'A violation is by the broker or by a device; the claim must say by whom.',
    fix: 'Write by: broker, from: DEVICE or to: DEVICE.',
  },
  'scenario/window-order': {
    fault: 'input',
    meaning: 'The window ends before it begins.',
    fix: 'Write between: [EARLIEST, LATEST].',
  },
  'scenario/wrong': {
    fault: 'input',
    meaning: 'runScenario was given a scenario with mistakes; the message has all of them, with their places.',
    fix: 'hil check FILE shows the same.',
  },
  'scenario/wrong-type': {
    fault: 'input',
    meaning: 'A map, a list or a value stands where another of these is expected.',
    fix: 'The message says what is expected; look at the dashes and the indentation.',
  },
  'scenario/yaml-alias': {
    fault: 'input',
    meaning: 'An alias (*name) has no anchor (&name) before it, goes in a circle, or unfolds to too much.',
    fix: 'Write the value out.',
  },
  'scenario/yaml-key': {
    fault: 'input',
    meaning: 'A key is not plain text.',
    fix: 'Write it as a word; quote it when it has signs.',
  },
  'scenario/yaml-syntax': {
    fault: 'input',
    meaning:
      'This is not YAML: a quote or a bracket is open, a space after a colon is missing, or the indentation does not fit.',
    fix: 'The caret stands where the parser noticed; the mistake may be a line before.',
  },
  'scenario/yaml-tab': {
    fault: 'input',
    meaning: 'YAML allows no tabs in the indentation.',
    fix: 'Indent with spaces.',
  },
  'scenario/yaml-tag': {
    fault: 'input',
    meaning: 'Tags such as !!str have no meaning in a scenario.',
    fix: 'Remove it; to mean text, quote it.',
  },
  'scenario/yaml-too-deep': {
    fault: 'input',
    meaning: 'Lists and maps are nested more deeply than any scenario needs.',
    fix: 'A bracket may be repeated by mistake.',
  },
  'scenario/yaml-version': {
    fault: 'input',
    meaning:
      'The file asks for another version of YAML. A scenario is YAML 1.2, in which yes, no, on and off are text.',
    fix: 'Remove the %YAML line.',
  },
} as const satisfies ProblemTable
