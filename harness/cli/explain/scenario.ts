// What is wrong with a scenario's text. Each of these is found before anything is opened, and stands at its line.

import type { Explanations } from './explanation.ts'

export const scenario = {
  'scenario/always': {
    means: 'Under always: stand claims that hold beside the steps. Here something else does.',
    mend: 'Write - never: { … }. What must come is an expect, among the steps.',
    example: 'always:\n  - never: { message: { topic: blue/status } }',
  },
  'scenario/always-after': {
    means: 'A claim under always begins with the run, so it can have neither after nor since.',
    mend: 'Put a never with for: among the steps, in a parallel beside what it watches.',
  },
  'scenario/bad-key': {
    means: 'A name that you gave (of a variable, a signal …) is no name.',
    mend: 'Use letters, digits, - and _, beginning with a letter.',
  },
  'scenario/bad-value': {
    means:
      'The value has the right type, but is out of range, not one of the words there are, or not of the right form.',
    mend: 'The message says what is expected; docs/scenarios.md has every key with its values.',
  },
  'scenario/bare-number': {
    means:
      'A number stands where a quantity with a unit or a text is expected. A bare number would mean something else to each reader.',
    mend: 'Times and sizes carry units. Text that looks like a number is quoted.',
    example: 'within: 200ms\npayload: "1"',
  },
  'scenario/call-outcome': {
    means: 'A call either returned, or raised, or is running. The claim asks for two of these.',
    mend: 'Keep one of returned, raised and running.',
  },
  'scenario/call-unnamed': {
    means: 'The claim does not say which call it is about.',
    mend: 'Name the step that made it with id:, or its device:.',
  },
  'scenario/corrupt-place': {
    means: 'The bytes to corrupt reach beyond the end of the packet.',
    mend: 'at: counts from the end when it is negative: at: -2 leaves room for bytes: 2.',
  },
  'scenario/count-of-many': {
    means: 'all, sequence and any have one event for each of their matchers; count and every count events of one.',
    mend: 'Write an expect of its own for what is counted.',
  },
  'scenario/delay-range': {
    means: 'The shortest delay is longer than the longest.',
    mend: 'Write { min: SHORTEST, max: LONGEST }.',
  },
  'scenario/device-twice': {
    means: 'A step names its device both beside its verb and inside of it.',
    mend: 'Once is enough.',
  },
  'scenario/disturbance': {
    means: 'A disturb step does one thing to packets. Here it does none, or several.',
    mend: 'Give each its own step: they combine in the order of their steps.',
    example: '- disturb: { device: blue, direction: up, packet: publish, do: { delay: 1s } }',
  },
  'scenario/drive-level': {
    means: 'A pin is driven to one level.',
    mend: 'Give one of value: 0, value: 1, pressed: true, released: true.',
  },
  'scenario/duplicate-key': {
    means: 'The same key is there twice in one map; YAML would keep one of them without a word.',
    mend: 'Remove one. In a list, begin each item with a dash.',
  },
  'scenario/empty': {
    means: 'There is nothing in the file.',
    mend: 'A scenario has name:, version: 1 and steps:. hil init writes one.',
  },
  'scenario/expression-syntax': {
    means: 'What stands between ${{ and }} cannot be read.',
    mend: 'Names, numbers, quantities, text in single quotes, + - * / %, comparisons, ! && ||, a ? b : c, and calls.',
    example: 'between: ["${{ 1.0 * vars.keepalive }}", "${{ 1.5 * vars.keepalive + broker.keepaliveSlack }}"]',
  },
  'scenario/expression-type': {
    means: 'The values do not go together: a duration and a size cannot be added, a list cannot stand inside text.',
    mend: 'string(…) makes text, number(…) a number; quantities are multiplied by numbers.',
  },
  'scenario/expression-value': {
    means:
      'The expression can be read but has no value: a division by zero, an index beyond the end, text that is no number.',
    mend: 'Look at the values that go in; the message has them.',
  },
  'scenario/hex': {
    means: 'The bytes are not written in hex digits, two for each byte.',
    mend: 'Spaces between bytes are fine.',
    example: 'hex: "d0 00"',
  },
  'scenario/id-twice': {
    means: 'Two steps have the same id, so nobody could tell which one an anchor means.',
    mend: 'Ids are unique in a scenario.',
  },
  'scenario/identifier': {
    means: 'A name has characters that a name cannot have.',
    mend: 'Letters, digits, - and _, beginning with a letter.',
  },
  'scenario/inject': {
    means: 'inject sends one packet or some bytes; here are none or both.',
    mend: 'Give packet: { type: …, … } or hex: "d0 00".',
  },
  'scenario/key-of-another-kind': {
    means: 'The key is for another kind of device: a process takes no with:, a client no command:.',
    mend: 'Remove it, or change use:. hil clients NAME shows the keys of a kind.',
  },
  'scenario/no-websocket': {
    means: 'link: { websocket: true } on a device whose library has none.',
    mend: 'Remove it, or use what the hint names: a process, raw, mqttjs.',
  },
  'scenario/missing-key': {
    means: 'Something that must be there is not.',
    mend: 'The hint shows how it is written.',
  },
  'scenario/missing-option': {
    means: 'The firmware cannot begin without this option.',
    mend: 'Give it in with:. hil clients FIRMWARE shows all options.',
  },
  'scenario/multiple-documents': {
    means: 'A line with --- or ... begins a second document, and a file is one scenario.',
    mend: 'Remove the line, or make two files.',
  },
  'scenario/network-device': {
    means: 'The step does not say whose network it changes, or says it twice.',
    mend: 'Give device: NAME or devices: [NAME, …].',
  },
  'scenario/network-mode': {
    means: 'A mode says how a network is down. Here it is up.',
    mend: 'Remove mode:, or write state: down.',
  },
  'scenario/never-how-long': {
    means: 'A never needs an end: for: DURATION among the steps, until: ANCHOR (or nothing) under always.',
    mend: 'A never without an end would be true at once, or never.',
    example: '- never: { message: { topic: blue/status }, for: 1s }',
  },
  'scenario/no-verb': {
    means: 'A step has an id or a name, but does nothing.',
    mend: 'Give it one verb. docs/scenarios.md has them all.',
  },
  'scenario/not-known-yet': {
    means: 'What the expression names is known only while the scenario runs, and this place is read before.',
    mend: 'saved and i can stand in the arguments of steps; link in command: and env:.',
  },
  'scenario/one-matcher': {
    means: 'A claim is about one matcher: packet, message, socket, call, serial, signal, exit or violation.',
    mend: 'For several: all, sequence or any, each with a list; or an expect for each.',
    example:
      '- expect:\n    all:\n      - packet: { to: blue, type: suback }\n      - message: { topic: a/b }\n    within: 1s',
  },
  'scenario/option-type': {
    means: 'An option of a client has a value of the wrong type.',
    mend: 'hil clients NAME shows the options with their types. Times carry units.',
  },
  'scenario/packet-direction': {
    means: 'A packet goes from a device or to it; the claim must say which.',
    mend: 'Write from: DEVICE or to: DEVICE.',
  },
  'scenario/packet-field': {
    means: 'Packets of this type do not have this field, or the match asks for nothing.',
    mend: 'docs/scenarios.md lists the fields by packet type.',
  },
  'scenario/payload': {
    means: 'A message has one payload, written in one way.',
    mend: 'Give one of payload, hex, json, size. payload: "" sends an empty one.',
  },
  'scenario/qos': {
    means: 'Quality of service is 0, 1 or 2.',
    mend: 'Write it as a number, without quotes.',
  },
  'scenario/regex': {
    means: 'The text between the slashes is no regular expression of JavaScript.',
    mend: 'To mean the characters . * + ? ( ) [ ] themselves, put a backslash before each.',
  },
  'scenario/running': {
    means:
      'running: true asks whether one call is still under way when the window ends, so it needs its id and a window.',
    mend: 'Write it alone.',
    example: '- expect: { call: { id: slow, running: true }, within: 2s }',
  },
  'scenario/runs-by-itself': {
    means: 'The device runs a program that decides by itself what to do; a step cannot make it call something.',
    mend: 'Client calls are for emulated devices with firmware: puppet, the default.',
  },
  'scenario/send-join': {
    means: 'join and split are opposites: one segment, or many.',
    mend: 'Remove one of them.',
  },
  'scenario/send-what': {
    means: 'send needs to know what: one packet, several, or bytes.',
    mend: 'Give one of packet, packets, hex.',
  },
  'scenario/time-up': {
    means: 'The time limit of the scenario was reached before its last step had ended.',
    mend: 'Look at the step that it waited in. timeout: on the scenario, or --timeout, sets another limit.',
  },
  'scenario/topic': {
    means: 'subscribe and unsubscribe need a filter, or a list of them.',
    mend: 'Give topic: FILTER or topics: [FILTER, …].',
  },
  'scenario/topic-filter': {
    means:
      'MQTT does not allow this filter: + must fill a level, # must be the last one, and none may be empty of all.',
    mend: 'a/b, a/+, +/b, a/#, #. [MQTT-4.7.1-2] [MQTT-4.7.1-3]',
  },
  'scenario/topic-name': {
    means: 'A message cannot be published to this topic: + and # are for filters.',
    mend: 'A raw device can send it all the same. [MQTT-3.3.2-2]',
  },
  'scenario/two-anchors': {
    means: 'after and since are two places to look from.',
    mend: 'Keep one of them.',
  },
  'scenario/two-verbs': {
    means: 'A step has two verbs; their order would be chance.',
    mend: 'Begin the second with a dash of its own.',
  },
  'scenario/two-windows': {
    means: 'within and between are two windows for one claim.',
    mend: 'between: [EARLIEST, LATEST] has both ends, within: LATEST only the upper one.',
  },
  'scenario/unknown-anchor': {
    means: 'after:, until: or since: names a moment that there is not.',
    mend: 'A step’s id, id.end, id.first, id.last, last-packet-from:DEVICE, boot:DEVICE, or start.',
  },
  'scenario/unknown-device': {
    means: 'No device of that name is under devices:.',
    mend: 'The hint names the nearest one.',
  },
  'scenario/unknown-disturbance': {
    means: 'release: names the id of a disturb step, and no earlier one has it.',
    mend: 'Give the disturb step an id:.',
  },
  'scenario/unknown-key': {
    means:
      'Nothing of this name is known here. It is not passed over, because a misspelt key would change nothing, silently.',
    mend: 'The hint has the nearest key, or all of them; an editor with the schema completes them (docs/editors.md).',
  },
  'scenario/unknown-name': {
    means: 'The expression names something that there is not.',
    mend: 'There is vars, matrix, env, broker, seed; in steps also saved and i. Put spaces around a minus.',
  },
  'scenario/unknown-option': {
    means: 'The client’s library has no option of that name, or the device’s link sets it.',
    mend: 'hil clients NAME shows its options, by the library’s own names.',
  },
  'scenario/unknown-signal': {
    means: 'The device declares no signal of that name.',
    mend: 'Declare it on the device.',
    example: 'signals: { led: { pin: 2 } }',
  },
  'scenario/unknown-step': {
    means: 'There is no verb of that name.',
    mend: 'docs/scenarios.md has all verbs. A matcher (packet, message …) stands inside of an expect.',
  },
  'scenario/unknown-step-id': {
    means: 'The claim names a call by the id of its step, and no earlier step has it.',
    mend: 'Give the step that makes the call an id:.',
  },
  'scenario/unknown-version': {
    means: 'That version of the client is not among those that can be emulated.',
    mend: 'hil clients NAME lists them; without version: it is the newest.',
  },
  'scenario/unquoted-expression': {
    means: 'YAML takes { and } for signs of its own unless they are quoted.',
    mend: 'Put quotes around the whole value.',
    example: 'with: { keepalive: "${{ vars.keepalive }}" }',
  },
  'scenario/unresolved': {
    means: 'A value could not be had when the step’s turn had come.',
    mend: 'Has the step that saves it matched anything?',
  },
  'scenario/verb-of-another-kind': {
    means: 'The verb is for another kind of device.',
    mend: 'send is for use: raw; what a client library sends, it decides itself.',
  },
  'scenario/violation-of-whom': {
    means: 'A violation is by the broker or by a device; the claim must say by whom.',
    mend: 'Write by: broker, from: DEVICE or to: DEVICE.',
  },
  'scenario/window-order': {
    means: 'The window ends before it begins.',
    mend: 'Write between: [EARLIEST, LATEST].',
  },
  'scenario/wrong': {
    means: 'runScenario was given a scenario with mistakes; the message has all of them, with their places.',
    mend: 'hil check FILE shows the same.',
  },
  'scenario/wrong-type': {
    means: 'A map, a list or a value stands where another of these is expected.',
    mend: 'The message says what is expected; look at the dashes and the indentation.',
  },
  'scenario/yaml-alias': {
    means: 'An alias (*name) has no anchor (&name) before it, goes in a circle, or unfolds to too much.',
    mend: 'Write the value out.',
  },
  'scenario/yaml-key': {
    means: 'A key is not plain text.',
    mend: 'Write it as a word; quote it when it has signs.',
  },
  'scenario/yaml-syntax': {
    means:
      'This is not YAML: a quote or a bracket is open, a space after a colon is missing, or the indentation does not fit.',
    mend: 'The caret stands where the parser noticed; the mistake may be a line before.',
  },
  'scenario/yaml-tab': {
    means: 'YAML allows no tabs in the indentation.',
    mend: 'Indent with spaces.',
  },
  'scenario/yaml-tag': {
    means: 'Tags such as !!str have no meaning in a scenario.',
    mend: 'Remove it; to mean text, quote it.',
  },
  'scenario/yaml-too-deep': {
    means: 'Lists and maps are nested more deeply than any scenario needs.',
    mend: 'Is a bracket repeated by mistake?',
  },
  'scenario/yaml-version': {
    means: 'The file asks for another version of YAML. A scenario is YAML 1.2, in which yes, no, on and off are text.',
    mend: 'Remove the %YAML line.',
  },
} as const satisfies Explanations
