// `use: replay`: a device as it was recorded, by `hil record` or in a run. It needs nothing of what it was: neither the
// board nor the program. Its end is an `exit` event, with code 0 when it has done all that was recorded.

import { dirname, resolve as resolvePath } from 'node:path'
import { type OptionSpec, Problem } from '../../../emulators/index.ts'
import { devicesIn, type Recording, readRecording } from '../../evidence/index.ts'
import { childOf, didYouMean, entryOf } from '../../scenario/index.ts'
import type { DeviceKind } from '../kind.ts'
import { optionsOf } from '../options.ts'
import type { Written } from '../written.ts'
import { replayDevice } from './device.ts'
import { type ReplayScript, scriptOf } from './script.ts'

const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'password',
    means: 'password',
    type: 'bytes',
    default: null,
    summary: 'the password that it gave, which no recording has',
  },
]

interface Settings {
  readonly script: ReplayScript
  readonly speed: number
  readonly begin: number | null
  readonly password: Uint8Array | null
}

export const replay: DeviceKind<Settings> = {
  name: 'replay',
  binding: { words: [{ word: 'replay', key: 'file', isPath: true }], keeps: 'nothing' },
  summary: 'a device as it was recorded: the same packets, at their times or after the same answers',
  options: OPTIONS,
  keys: ['file', 'device', 'speed', 'begin', 'with'],
  choosesLevel: () => true, // as it was recorded
  shows: ['exit'],
  becomes: ['ended', 'crashed'],
  lacks: { noun: 'a replay', hint: 'it takes file, device, speed, begin and with: { password }' },
  compile(written) {
    const { words } = written
    const recording = recordingOf(written)
    const { password } = optionsOf(written, 'replay', OPTIONS)
    if (recording === undefined) return undefined
    const device = deviceOf(written, devicesIn(recording.events))
    if (device === undefined) return undefined
    return {
      script: scriptOf(recording.events, device),
      speed: words.speed === 'max' ? Number.POSITIVE_INFINITY : (words.speed ?? 1),
      begin: words.begin ?? null,
      password: password instanceof Uint8Array ? password : null,
    }
  },
  busy: () => 'a replay',
  make: ({ script, speed, begin, password }, around) =>
    replayDevice({ ...around, script, speed, begin: begin ?? script.firstConnection, password }),
}

function recordingOf({ words, node, file, diagnostics }: Written): Recording | undefined {
  if (words.file === undefined) {
    diagnostics.add({
      code: 'scenario/missing-key',
      message: 'a replay is of a recording',
      at: entryOf(node, 'use')!.keyPlace,
      hint: 'file: FOLDER, one that hil record or hil run wrote',
    })
    return undefined
  }
  try {
    return readRecording(resolvePath(dirname(file), words.file))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const at = childOf(node, 'file')!.place
    diagnostics.add({ code: 'scenario/no-recording', message: error.message, at, hint: error.hint })
    return undefined
  }
}

/** undefined: there is none, which has been told. */
function deviceOf({ name, words, node, diagnostics }: Written, devices: readonly string[]): string | undefined {
  const wanted = words.device ?? (devices.length === 1 ? devices[0]! : name)
  if (devices.includes(wanted)) return wanted
  diagnostics.add({
    code: 'scenario/no-recording',
    message: devices.length === 0 ? 'nothing connected in this recording' : `this recording has no device "${wanted}"`,
    at: (childOf(node, 'device') ?? childOf(node, 'file'))!.place,
    ...(devices.length === 0
      ? {}
      : { hint: didYouMean(wanted, devices) ?? `device: says which; it has ${devices.join(', ')}` }),
  })
  return undefined
}
