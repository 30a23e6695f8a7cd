// `use:` an emulated client library. Its options are the library's, or those of the firmware that runs on it.

import {
  type ClientKind,
  type Duration,
  type FirmwareName,
  firmware,
  type LibraryCall,
  milliseconds,
  type PyValue,
} from '../../../emulators/index.ts'
import { childOf, entryOf } from '../../scenario/index.ts'
import { libraryNames } from '../call-verbs.ts'
import { callbackOf, type WillSettings, willOf } from '../keys.ts'
import type { DeviceKind } from '../kind.ts'
import { optionsOf } from '../options.ts'
import { MQTT5, protocolName } from '../protocol.ts'
import { type SignalWiring, wiringOf } from '../signals.ts'
import { inItsVersion } from '../version.ts'
import type { Written } from '../written.ts'
import { emulatedDevice } from './device.ts'

/** What emulated libraries and their boards raise; `names.test.ts` holds it against their text. */
export const RAISED: readonly string[] = [
  'AssertionError',
  'AttributeError',
  'CancelledError',
  'EOFError',
  'Exception',
  'IndexError',
  'KeyError',
  'MMQTTException',
  'MMQTTStateError',
  'MQTTException',
  'MemoryError',
  'NotImplementedError',
  'OSError',
  'RuntimeError',
  'TypeError',
  'UnicodeDecodeError',
  'UnicodeError',
  'ValueError',
  'ZeroDivisionError',
  'error',
]

const DEFAULT_POLL = milliseconds(100)

interface Settings {
  /** In the version that the device names. */
  readonly client: ClientKind
  readonly options: Readonly<Record<string, PyValue>>
  /** The protocol level that these options make it speak. */
  readonly level: number
  readonly will: WillSettings | null
  readonly firmware: FirmwareName
  readonly callback: LibraryCall | null
  /** null: the puppet does not poll. */
  readonly poll: Duration | null
  readonly signals: Readonly<Record<string, SignalWiring>>
}

export const emulatedKind = (client: ClientKind): DeviceKind<Settings> => ({
  name: client.name,
  summary: `${client.library} ${client.version}, emulated: ${client.summary}`,
  // A device may say what a board in its place gets, so that one scenario runs on both.
  keys: ['version', 'protocol', 'with', 'will', 'firmware', 'callback', 'poll', 'signals', 'files', 'wifi'],
  late: ['files'],
  isClient: true,
  ...(client.mqtt5 === undefined ? {} : { levels: [3, 4, MQTT5], level: ({ level }: Settings) => level }),
  choosesLevel: () => client.mqtt5 !== undefined, // set_config may set it
  cannotSay: ({ client }, verb, said) => client.mqtt5?.cannotSay(verb, said) ?? null,
  shows: ['serial', 'signal'],
  becomes: ['ended', 'crashed'],
  names: ({ client }) => libraryNames(client, RAISED),
  compile(written) {
    const { words } = written
    const runs = words.firmware ?? 'puppet'
    if (runs !== 'puppet') forPuppetsOnly(written, 'callback')
    const versioned = inItsVersion(written, client)
    const given = runs === 'puppet' ? optionsOf(written, client.name, versioned.options) : programOptions(written, runs)
    const options = runs === 'puppet' ? atItsLevel(written, client, given) : given
    return {
      client: versioned,
      options,
      level: runs !== 'puppet' || client.mqtt5 === undefined ? 4 : (words.protocol ?? client.mqtt5.levelOf(options)),
      will: willOf(words),
      firmware: runs,
      callback: callbackOf(words),
      poll: words.poll === false ? null : (words.poll ?? DEFAULT_POLL),
      signals: wiringOf(words),
    }
  },
  busy: ({ firmware: runs }) => (runs === 'puppet' ? null : `running ${runs}`),
  make: (settings, around) => emulatedDevice({ ...around, ...settings, firmware: firmware[settings.firmware] }),
})

/** The options, with those by which `protocol:` is told to the library. */
function atItsLevel(
  { words: { protocol }, node, diagnostics }: Written,
  { mqtt5 }: ClientKind,
  given: Record<string, PyValue>,
): Record<string, PyValue> {
  if (protocol === undefined || mqtt5 === undefined) return given
  const chosen = entryOf(childOf(node, 'with'), mqtt5.chosenBy)
  if (chosen !== undefined && mqtt5.levelOf(given) !== protocol)
    diagnostics.add({
      code: 'scenario/protocol-twice',
      message: `protocol says ${protocolName(protocol)}, and with: says ${protocolName(mqtt5.levelOf(given))}`,
      at: chosen.value.place,
      hint: 'keep one of them; protocol: is enough',
    })
  return { ...mqtt5.options(protocol), ...given }
}

/** What other programs do in their callbacks, they decide themselves. */
function forPuppetsOnly({ words, node, diagnostics }: Written, key: 'callback'): void {
  if (words[key] === undefined) return
  diagnostics.add({
    code: 'scenario/key-of-another-kind',
    message: `${words.firmware} has a callback of its own`,
    at: entryOf(node, key)!.keyPlace,
    hint: 'remove it, or write firmware: puppet',
  })
}

function programOptions(written: Written, runs: FirmwareName): Record<string, PyValue> {
  const specs = firmware[runs].options
  const converted = optionsOf(written, runs, specs)
  for (const spec of specs)
    if (spec.default === undefined && converted[spec.name] === undefined)
      written.diagnostics.add({
        code: 'scenario/missing-option',
        message: `${runs} needs the option "${spec.name}": ${spec.summary}`,
        at: entryOf(written.node, 'firmware')!.keyPlace,
        hint: `with: { ${spec.name}: … }`,
      })
  return converted
}
