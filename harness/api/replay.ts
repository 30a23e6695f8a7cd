// Recorded devices, played again at a broker, and held against the recording.

import { z } from 'zod'
import { Problem } from '../../emulators/index.ts'
import { compareReplay, type Parity } from '../compare/index.ts'
import { devicesIn, type Recording, readRecording } from '../evidence/index.ts'
import { prepareOutput } from '../report/index.ts'
import { conduct, runSuite, type ScenarioRun, type SuiteResult } from '../run/index.ts'
import { didYouMean } from '../scenario/index.ts'
import { type AccessArguments, type ChosenBroker, chooseBroker, openChosen } from '../select/index.ts'
import { limitsOf } from '../session/index.ts'
import { checkArguments, checkOptions, OPTIONS, optional } from './doors.ts'
import { projectConfig } from './project.ts'
import { replayPlan, replayScenario } from './replay-scenario.ts'
import { type ReporterTerminal, reportersNamed } from './reporters.ts'

/** How a recording is played again. */
export interface ReplayOptions {
  /** A kind (`mosquitto`) or `mqtt://HOST:PORT`; default: `aedes`. */
  readonly broker?: string | undefined
  /** Which of the devices; default: all that connected. */
  readonly devices?: readonly string[] | undefined
  /** How much faster than recorded, or `max`: as fast as the answers come; default: 1. */
  readonly speed?: number | 'max' | undefined
  readonly signal?: AbortSignal | undefined
}

const schema = optional({
  broker: OPTIONS.broker,
  devices: z.array(z.string()),
  speed: z.union([z.number().positive(), z.literal('max')], { message: "expected a number above 0, or 'max'" }),
  signal: OPTIONS.signal,
} satisfies { readonly [K in keyof ReplayOptions]-?: unknown })

/** What a recording came to when it was played again. */
export interface Replayed {
  readonly run: ScenarioRun
  /** By device: which packets are the same as recorded, and what differs. */
  readonly parity: Readonly<Record<string, Parity>>
}

/**
 * Plays the devices of a recording again. `recording`: its folder.
 * Throws Problem `evidence/…` for what is no recording, `cli/no-such-device`, `select/unknown-broker`.
 */
export async function replayRecording(folder: string, options: ReplayOptions = {}): Promise<Replayed> {
  checkArguments({ recording: z.string() }, { recording: folder }, 'replayRecording')
  checkOptions(schema, options, 'replayRecording')
  const replay = openReplay(folder, options.devices)
  const chosen = chooseBroker(options.broker, {}, {})
  const signal = options.signal ?? new AbortController().signal
  const openBroker = () => openChosen(chosen)
  const plan = replay.planOn(chosen, options.speed ?? 1)
  const run = await conduct(plan, { openBroker, seed: 0, signal, repetition: 0, attempt: 0 })
  const parity = replay.devices.map((device) => [device, compareReplay(replay.recording.events, run.events, device)])
  return { run, parity: Object.fromEntries(parity) }
}

export interface ReplayIntoOptions extends ReplayOptions, AccessArguments {
  /** The config file; default: harness.config.ts of the current folder, if there is one. */
  readonly config?: string | undefined
  /** Record, results and report go there. */
  readonly output: string
  readonly terminal: ReporterTerminal
  /** Devices whose password is in no recording: `true` for those that gave one. */
  readonly onPassword?: ((device: string) => void) | undefined
}

export interface ReplayedInto {
  readonly result: SuiteResult
  /** null: nothing was run. */
  readonly parity: Replayed['parity'] | null
}

/** As `replayRecording`, with a record and a report of it, on a broker of the config. */
export async function replayInto(folder: string, options: ReplayIntoOptions): Promise<ReplayedInto> {
  const { recording, devices, planOn } = openReplay(folder, options.devices)
  const config = await projectConfig(options.config)
  const chosen = chooseBroker(options.broker, options, config)
  const plan = planOn(chosen, options.speed ?? 1)
  await prepareOutput(options.output)
  for (const device of devices) if (gavePassword(recording, device)) options.onPassword?.(device)
  const result = await runSuite(
    [{ plan, openBroker: () => openChosen(chosen) }],
    {
      ...{ jobs: 1, retries: 0, repeatEach: 1, maxFailures: 0, seed: 0, globalTimeout: 0 },
      limits: limitsOf(config.limits),
      output: options.output,
      signal: options.signal ?? new AbortController().signal,
    },
    reportersNamed(['json', 'html'], options.terminal),
  )
  const run = result.scenarios[0]?.run
  if (run === undefined) return { result, parity: null }
  const parity = devices.map((device) => [device, compareReplay(recording.events, run.events, device)])
  return { result, parity: Object.fromEntries(parity) }
}

interface OpenReplay {
  readonly recording: Recording
  readonly devices: readonly string[]
  readonly planOn: (chosen: ChosenBroker, speed: number | 'max') => ReturnType<typeof replayPlan>
}

function openReplay(folder: string, given: readonly string[] | undefined): OpenReplay {
  const recording = readRecording(folder)
  const devices = devicesOf(recording, given, folder)
  const planOn: OpenReplay['planOn'] = (chosen, speed) =>
    replayPlan(replayScenario(folder, recording, devices, String(speed)), chosen)
  return { recording, devices, planOn }
}

function devicesOf({ events }: Recording, given: readonly string[] | undefined, folder: string): readonly string[] {
  const known = devicesIn(events)
  const unknown = given?.find((name) => !known.includes(name))
  if (known.length > 0 && unknown === undefined) return given ?? known
  const what = unknown === undefined || known.length === 0 ? 'nothing connected' : `unknown device "${unknown}"`
  throw new Problem('cli/no-such-device', `${what} in ${folder}`, {
    hint:
      known.length === 0
        ? 'record again, and have the device connect where hil record says'
        : (didYouMean(unknown!, known) ?? `it has ${known.join(', ')}`),
  })
}

const gavePassword = ({ events }: Recording, device: string): boolean =>
  events.some(
    (e) => e.kind === 'packet' && e.device === device && e.packet.type === 'connect' && e.packet.password !== undefined,
  )
