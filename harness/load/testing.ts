// For tests of fleets: a scenario's text to a finished run, on a broker of its own.

import { connect, connectAsync } from 'mqtt'
import { expect } from 'vitest'
import { milliseconds } from '../../emulators/index.ts'
import { type Broker, brokers } from '../brokers/index.ts'
import { compile } from '../plan/index.ts'
import { conduct, type LoadResult, type ScenarioRun } from '../run/index.ts'
import { type FleetOptions, LocalShards, openFleet } from './index.ts'

export interface RunOptions extends Partial<FleetOptions> {
  readonly open?: () => Promise<Broker>
  readonly seed?: number
  readonly clock?: 'real' | 'virtual'
}

/** `text`: all but name and version. */
export async function runFleet(
  text: string,
  { open, seed = 7, clock, ...options }: RunOptions = {},
): Promise<ScenarioRun> {
  const { plans, diagnostics } = compile('fleet.scenario.yaml', `name: a fleet\nversion: 1\n${text}`, {
    broker: () => ({ name: 'aedes', keepaliveSlack: milliseconds(250) }),
  })
  expect(diagnostics.all).toEqual([])
  return conduct(plans[0]!, {
    openBroker: open ?? (() => brokers.aedes.open()),
    openFleet: openFleet({
      shards: 1,
      addresses: null,
      window: 64,
      transport: () => new LocalShards(),
      remote: false,
      watchers: [],
      ...options,
    }),
    seed,
    clock,
    signal: new AbortController().signal,
    repetition: 0,
    attempt: 0,
  })
}

/** Of the claims; how late the generator was is a matter of the machine. */
export const claimsOf = ({ verdicts }: ScenarioRun): string[] =>
  verdicts.filter(({ step }) => !step.startsWith('slo.')).map(({ kind }) => kind)

/** What it measured; no claim has failed, and nothing went wrong. */
export async function measureFleet(text: string, options?: RunOptions): Promise<LoadResult> {
  const { load, bug, problem, verdicts } = await runFleet(text, options)
  const failed = verdicts.filter((v) => v.kind === 'fail')
  expect({ bug, problem, failed }).toEqual({ bug: undefined, problem: null, failed: [] })
  return load!
}

/** What is left at a broker: topics of retained messages, and which of these client ids has a session. */
export async function residueOf(
  url: string,
  clientIds: readonly string[],
): Promise<{ readonly retained: readonly string[]; readonly sessions: readonly string[] }> {
  const client = await connectAsync(url)
  const retained: string[] = []
  client.on('message', (topic, _, { retain }) => {
    if (retain) retained.push(topic)
  })
  await client.subscribeAsync('#')
  // What is retained comes before the answer to a message that was sent after SUBACK.
  await client.publishAsync('done', '', { qos: 1 })
  await client.endAsync()
  const sessions: string[] = []
  for (const clientId of clientIds) {
    const again = connect(url, { clientId, clean: false, protocolVersion: 4, reconnectPeriod: 0 })
    const isPresent = await new Promise<boolean>((resolve) =>
      again.once('connect', (ack) => resolve(ack.sessionPresent)),
    )
    await again.endAsync(true)
    if (isPresent) sessions.push(clientId)
  }
  return { retained, sessions }
}

/** One who hears all. */
export const COLLECTOR = `
  collector:
    use: umqtt.simple
    count: 1
    subscribe: [{ topic: "t/+", qos: 1 }]`

/** So many devices that publish ten messages each to one collector. */
export const publishers = (count: number, more = '', qos = 1): string => `
fleet:${COLLECTOR}
  sensors:
    use: umqtt.simple
    count: ${count}
    arrival: { after: 1500ms, over: 500ms }
    publish: [{ topic: "t/\${{ i }}", every: 100ms, size: 40, qos: ${qos}, times: 10 }]${more}
`

/** Until the sensors have published so many messages to `TOPIC/…`, and all had time to arrive. */
export const allPublish = (messages: number, topic = 't'): string => `
observer: ["${topic}/#"]
steps:
  - expect: { fleet: { group: collector, connected: 100% }, within: 60s }
  - expect: { fleet: { group: sensors, connected: 100% }, within: 60s }
${untilHeard(messages)}`

/** A step for a scenario whose observer hears what the sensors publish, and nothing else. */
export const untilHeard = (messages: number): string =>
  `  - expect: { message: {}, since: start, count: { min: ${messages} }, within: 60s }
  - delay: 500ms
`
