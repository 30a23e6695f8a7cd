// `use:` an emulated client library. Its options are the library's, or those of the firmware that runs on it.

import {
  type ClientKind,
  type Duration,
  type FirmwareName,
  firmware,
  milliseconds,
  type PyValue,
} from '../../emulators/index.ts'
import { entryOf } from '../scenario/index.ts'
import { emulatedDevice } from './emulated.ts'
import { type WillSettings, willOf } from './keys.ts'
import type { DeviceKind, Written } from './kind.ts'
import { optionsOf } from './options.ts'
import { type SignalWiring, wiringOf } from './signals.ts'

const DEFAULT_POLL = milliseconds(100)

interface Settings {
  readonly options: Readonly<Record<string, PyValue>>
  readonly will: WillSettings | null
  readonly firmware: FirmwareName
  /** null: the puppet does not poll. */
  readonly poll: Duration | null
  readonly signals: Readonly<Record<string, SignalWiring>>
}

export const emulatedKind = (client: ClientKind): DeviceKind<Settings> => ({
  name: client.name,
  summary: `${client.library} ${client.version}, emulated: ${client.summary}`,
  // A device may say what a board in its place gets, so that one scenario runs on both.
  keys: ['with', 'will', 'firmware', 'poll', 'signals', 'files', 'wifi'],
  late: ['files'],
  compile(written) {
    const { words } = written
    const runs = words.firmware ?? 'puppet'
    return {
      options: runs === 'puppet' ? optionsOf(written, client.name, client.options) : programOptions(written, runs),
      will: willOf(words),
      firmware: runs,
      poll: words.poll === false ? null : (words.poll ?? DEFAULT_POLL),
      signals: wiringOf(words),
    }
  },
  busy: ({ firmware: runs }) => (runs === 'puppet' ? null : `running ${runs}`),
  make: (settings, around) => emulatedDevice({ ...around, ...settings, client, firmware: firmware[settings.firmware] }),
})

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
