// Devices that others run, recorded between them and a broker. `hil record` stands on it.

import { existsSync } from 'node:fs'
import { rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Problem } from '../../emulators/index.ts'
import { TIMELINE_FILE } from '../evidence/index.ts'
import { type Recorded, type RecordedDevice, type RecordSettings, record, recordedRun } from '../record/index.ts'
import { prepareOutput } from '../report/index.ts'
import { type AccessArguments, chooseBroker, openChosen } from '../select/index.ts'
import { limitsOf } from '../session/index.ts'
import { ACCESS, aTerminal, callable, checkOptions, OPTIONS, optional, span } from './doors.ts'
import { projectConfig } from './project.ts'
import { type ReporterTerminal, reportersNamed, SILENT } from './reporters.ts'

export { type Event, isHeard, isSaid, writeEvent } from '../evidence/index.ts'
export type { Recorded, RecordedDevice } from '../record/index.ts'

/** Which devices are recorded, at which broker, and when it ends; durations in milliseconds. */
export interface RecordDevicesOptions
  extends Pick<RecordSettings, 'devices' | 'duration' | 'idle'>,
    Partial<Pick<RecordSettings, 'signal' | 'tls' | 'onEvent'>>,
    AccessArguments {
  /** A name of the config's brokers, a kind, or `mqtt://HOST:PORT`; default: as the config says, else `aedes`. */
  readonly broker?: string | undefined
  /** The config file; default: harness.config.ts of the current folder, if there is one. */
  readonly config?: string | undefined
  /** Where the recording goes. One that is there is not written over. */
  readonly folder: string
  /** Each device has its port, and the broker answers. `broker`: as it was chosen. */
  readonly onReady?: ((ready: Parameters<RecordSettings['onReady']>[0] & { readonly name: string }) => void) | undefined
  /** What reporters print to; default: nothing. */
  readonly terminal?: ReporterTerminal | undefined
}

const device = z.strictObject({
  name: z.string(),
  host: z.string().optional(),
  port: z.number().int().min(0).max(65_535).optional(),
  console: z.string().optional(),
} satisfies { readonly [K in keyof RecordedDevice]-?: unknown })

const NEEDED = { devices: z.array(device), folder: z.string() }
const OPTIONAL = {
  ...ACCESS,
  duration: span,
  idle: span,
  signal: OPTIONS.signal,
  tls: z.boolean(),
  onEvent: callable(),
  broker: OPTIONS.broker,
  config: OPTIONS.config,
  onReady: callable(),
  terminal: aTerminal,
}
const schema = optional(OPTIONAL).extend(NEEDED satisfies Partial<Record<keyof RecordDevicesOptions, unknown>>)
type Known = keyof typeof NEEDED | keyof typeof OPTIONAL
true satisfies keyof RecordDevicesOptions extends Known ? true : never

/**
 * Records until it is ended: by `signal`, after `duration`, or when nothing was seen for `idle`. Timeline, captures, `results.json` and
 * `report.html` are in the folder then. Throws Problem `cli/recording-exists`, `select/unknown-broker`, `broker/…`, `link/…`.
 */
export async function recordDevices(options: RecordDevicesOptions): Promise<Recorded> {
  checkOptions(schema, options, 'recordDevices')
  const { broker: word, folder, devices, duration, idle, onReady = () => {}, onEvent = () => {} } = options
  const config = await projectConfig(options.config)
  const chosen = chooseBroker(word, options, config)
  if (existsSync(join(folder, TIMELINE_FILE)))
    throw new Problem('cli/recording-exists', `there is a recording in ${folder} already`, {
      hint: 'recordings are not written over: name another folder with --output',
    })
  await prepareOutput(folder)
  const recorded = await record({
    openBroker: () => openChosen(chosen),
    brokerName: chosen.name,
    ...{ devices, folder, duration, idle, onEvent },
    tls: options.tls ?? false,
    signal: options.signal ?? new AbortController().signal,
    onReady: (ready) => onReady({ ...ready, name: chosen.name }),
    limits: limitsOf(config.limits),
  }).catch(async (error: unknown) => {
    await rmdir(folder).catch(() => {}) // nothing was recorded; a folder with something in it stays
    throw error
  })
  const run = recordedRun(recorded, folder)
  for (const one of reportersNamed(['json', 'html'], options.terminal ?? SILENT)) await one.onEnd?.(run)
  return recorded
}
