// umqttsimple.py, the copy of an old umqtt.simple that the Eduponics and Random Nerd Tutorials
// guides print: the class of before 1.3.4, with a default for every option of its constructor.

import { type ClientKind, type OptionSpec, parseOptions } from '../client.ts'
import { FAMILY_OPTIONS, FAMILY_QUIRKS, familyVerbs, umqttIdentity } from './family.ts'
import { SIMPLE_HABITS } from './habits.ts'
import { simpleMethods, UmqttSimple } from './simple.ts'
import { SIMPLE_TRAITS } from './versions.ts'

/** hexlify(machine.unique_id()) of a made-up ESP32. */
const UNIQUE_ID = new TextEncoder().encode('240ac4123456')

const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'client_id',
    means: 'client id',
    type: 'bytes',
    default: UNIQUE_ID,
    summary: "client id; the board's unique id in hex",
  },
  { name: 'server', type: 'str', default: 'mqtt.eclipse.org', summary: "the broker's host; the default is long gone" },
  ...FAMILY_OPTIONS,
]

const TRAITS = SIMPLE_TRAITS['1.3']

export const umqttsimple: ClientKind = {
  name: 'umqttsimple',
  library: 'umqttsimple.py of the Eduponics and Random Nerd Tutorials guides',
  version: 'as printed',
  summary: 'the copy of an old umqtt.simple that many tutorials have you save beside main.py',
  options: OPTIONS,
  methods: simpleMethods(TRAITS),
  habits: SIMPLE_HABITS,
  quirks: [
    ...FAMILY_QUIRKS,
    { id: 'E1', text: 'connect never closes the old socket' },
    { id: 'E2', text: 'a SUBSCRIBE for a topic of 123 bytes or more is malformed' },
    { id: 'E3', text: 'check_msg and wait_msg return None after a message' },
    { id: 'E4', text: 'no unsubscribe: AttributeError' },
    { id: 'E5', text: 'user="" is sent, with an empty password' },
  ],
  verbs: { ...familyVerbs, unsubscribe: () => null },
  identity: umqttIdentity,
  create: (options, hooks) => new UmqttSimple(parseOptions('umqttsimple', OPTIONS, options), hooks, TRAITS),
}
