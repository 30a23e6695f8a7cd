// Fleets of any size: in shards on this machine, or at workers by a queue. What it declares names no package that may not be there.

import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { z } from 'zod'
import { Problem } from '../../emulators/index.ts'
import {
  checkQueue,
  type FleetOptions,
  METRICS_HOST as LOOPBACK,
  type LoadWatcher,
  loadView,
  localFleet,
  openFleet,
  QueueShards,
  queueKey,
  serveMetrics,
} from '../load/index.ts'
import type { SuiteResult } from '../run/index.ts'
import type { ChosenBroker } from '../select/index.ts'
import { anObject, aTerminal, callable, checkArguments, checkOptions, count, OPTIONS, optional } from './doors.ts'
import type { ReporterTerminal } from './reporters.ts'
import { aSuite, openSuite, Suite, type SuiteRun, type SuiteSelection } from './suite.ts'

export type { FleetOverrides } from '../plan/index.ts'
/** Where numbers are served when nobody says: other machines cannot read them. */
export const METRICS_HOST: string = LOOPBACK

/** How fleets are run: on this machine or by workers, and what is shown of it. */
export interface LoadOptions extends Pick<SuiteRun, 'output' | 'signal' | 'reporters' | 'onTrouble'> {
  /** Processes of this machine, or parts of the fleet for workers; default: as many as the machine has room for. */
  readonly shards?: number | undefined
  /** Connects under way at once, of the whole fleet. */
  readonly window?: number | undefined
  /** Addresses of this machine that devices connect from. */
  readonly addresses?: readonly string[] | undefined
  /** Workers do it (`hil worker`): where their queue is, how many are waited for, and where they find the broker. */
  readonly queue?:
    | {
        readonly url: string
        readonly workers: number
        readonly advertise?: { readonly host: string; readonly port: number | null } | undefined
      }
    | undefined
  /** Serves the numbers for Prometheus while it runs; 0: any port. */
  readonly metrics?: { readonly host: string; readonly port: number } | undefined
  /** Called with the address of the numbers. */
  readonly onMetrics?: ((url: string) => void) | undefined
  /** Draws how it goes. */
  readonly view?: ReporterTerminal | undefined
}

const port = z.number().int().min(0).max(65_535)

const schema = optional({
  output: OPTIONS.output,
  signal: OPTIONS.signal,
  reporters: anObject('{ names, terminal }'),
  onTrouble: callable(),
  shards: count(1),
  window: count(1),
  addresses: z.array(z.string()),
  queue: z.strictObject({
    url: z.string(),
    workers: count(1),
    advertise: z.strictObject({ host: z.string(), port: port.nullable() }).optional(),
  }),
  metrics: z.strictObject({ host: z.string(), port }),
  onMetrics: callable(),
  view: aTerminal,
} satisfies { readonly [K in keyof LoadOptions]-?: unknown })

/** The chosen scenarios that have a fleet. Errors are as with `openSuite`. */
export async function openLoad(selection: SuiteSelection = {}): Promise<Suite> {
  const suite = await openSuite(selection, 'all')
  const fleets = suite.jobs.filter(({ plan }) => plan.fleet !== null)
  return new Suite(
    suite.selection,
    suite.seed,
    fleets.map((job) => ({ ...job, broker: quiet(job.broker) })),
  )
}

/** Runs its fleets, one after the other. Throws Problem `load/…` for what this machine has no room for. */
export async function runLoad(suite: Suite, options: LoadOptions = {}): Promise<SuiteResult> {
  checkArguments({ suite: aSuite }, { suite }, 'runLoad')
  checkOptions(schema, options, 'runLoad')
  const { metrics: listen, view, onMetrics, output, signal, reporters, onTrouble } = options
  const watchers: LoadWatcher[] = view === undefined ? [] : [loadView(view)]
  const fleet = fleetOf(options, watchers)
  await using metrics = listen === undefined ? null : await serveMetrics(listen.port, listen.host)
  if (metrics !== null) {
    onMetrics?.(`http://${listen!.host}:${metrics.port}/metrics`)
    watchers.push(metrics.watcher)
  }
  return await suite.run({
    ...{ output, signal, reporters, onTrouble },
    openFleet: openFleet(fleet),
    jobs: 1,
    retries: 0,
  })
}

/** Throws Problem `cli/bad-address` for one that a connection cannot come from. */
function ownAddresses(addresses: readonly string[]): readonly string[] {
  const here = new Set(Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)))
  // All of 127.0.0.0/8 is there, and no interface names it.
  const wrong = addresses.find((address) => isIP(address) === 0 || !(here.has(address) || address.startsWith('127.')))
  if (wrong === undefined) return addresses
  throw new Problem('cli/bad-address', `${wrong} is not an address of this machine, so nothing can connect from it`, {
    hint: `there is ${[...here].slice(0, 8).join(', ')}; on loopback 127.0.0.2 and so on as well`,
  })
}

function fleetOf({ queue, shards, window, addresses }: LoadOptions, watchers: readonly LoadWatcher[]): FleetOptions {
  if (queue !== undefined) {
    checkQueue(queue.url)
    queueKey()
  }
  const note = (text: string): void => {
    for (const watcher of watchers) watcher.onNote?.(text)
  }
  return localFleet({
    ...(queue === undefined
      ? {}
      : {
          remote: true,
          transport: () => new QueueShards({ url: queue.url, workers: queue.workers, note }),
          advertise: queue.advertise,
        }),
    shards: shards ?? queue?.workers ?? null,
    ...(window === undefined ? {} : { window }),
    addresses: addresses === undefined ? null : ownAddresses(addresses),
    watchers,
  })
}

/** A broker of ours that logs every packet would be the slowest part of a load. */
function quiet(chosen: ChosenBroker): ChosenBroker {
  if (chosen.kind.name !== 'mosquitto' || chosen.options.log !== undefined) return chosen
  return { ...chosen, options: { ...chosen.options, log: 'brief' } }
}
