// A broker that we did not start outlives each scenario, and all of them share it. So they take turns, and each takes
// away what it may have left there, sessions and retained messages, which the next would take for something else.

import type { IClientOptions, MqttClient } from 'mqtt'
import type { Broker } from '../brokers/index.ts'
import type { Event } from '../evidence/index.ts'
import { accessTo, connected } from './access.ts'
import { loadMqttJs } from './mqtt-js.ts'

/** What a broker that misbehaves is given; what it has not forgotten by then stays. */
const CONNECT_LIMIT_MS = 2000

/** By `sharedAs`: when the last of those who wait for it will be done. */
const turns = new Map<string, Promise<void>>()

/** Resolves when no other scenario of this process has that broker. The next comes when it is given back. */
export async function lockBroker(broker: string): Promise<AsyncDisposable> {
  const before = turns.get(broker)
  let done = (): void => {}
  const own = new Promise<void>((resolve) => {
    done = resolve
  })
  turns.set(broker, own)
  await before
  return {
    async [Symbol.asyncDispose]() {
      if (turns.get(broker) === own) turns.delete(broker)
      done()
    },
  }
}

export interface Residue {
  /** Client ids that asked for a session which lasts. */
  readonly sessions: ReadonlySet<string>
  /** Topics that something was retained on, a will perhaps. */
  readonly retained: ReadonlySet<string>
}

export function findResidue(events: readonly Event[]): Residue {
  const sessions = new Set<string>()
  const retained = new Set<string>()
  for (const event of events) {
    if (event.kind !== 'packet' || event.direction !== 'up') continue
    const { packet } = event
    if (packet.type === 'publish' && packet.retain) retained.add(packet.topic)
    if (packet.type !== 'connect') continue
    if (!packet.clean) sessions.add(packet.clientId)
    if (packet.will?.retain) retained.add(packet.will.topic)
  }
  sessions.delete('') // nobody can come back to that one
  return { sessions, retained }
}

export const mergeResidue = (all: readonly Residue[]): Residue => ({
  sessions: new Set(all.flatMap(({ sessions }) => [...sessions])),
  retained: new Set(all.flatMap(({ retained }) => [...retained])),
})

/** Connections of the clean-up at a time. */
const AT_ONCE = 32
/** More than that is not waited for, however many devices there were. */
const LONGEST_MS = 20_000
/** A large fleet may have left so many sessions. */
const PER_SESSION_MS = 10

/** `hurry`: somebody waits for the program to end. Never throws: what cannot be removed is found by the scenario that minds. */
export async function cleanUp(broker: Broker, { sessions, retained }: Residue, hurry = false): Promise<void> {
  const options: IClientOptions = {
    ...accessTo(broker),
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: CONNECT_LIMIT_MS,
  }
  const clients = new Set<MqttClient>()
  const { connect } = await loadMqttJs()
  const enter = async (clientId: string): Promise<MqttClient> => {
    const client = connect({ ...options, clientId })
    clients.add(client)
    client.on('error', () => {})
    await connected(client)
    return client
  }
  const leave = async (client: MqttClient): Promise<void> => {
    await client.endAsync(true)
    clients.delete(client)
  }
  const left = [...sessions]
  const removeSessions = async (): Promise<void> => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) await enter(id).then(leave, () => {})
  }
  const clear = async (): Promise<void> => {
    const client = await enter(`hil-tidy-${Math.random().toString(36).slice(2, 10)}`)
    await Promise.allSettled([...retained].map((topic) => client.publishAsync(topic, '', { qos: 1, retain: true })))
  }
  const workers = Array.from({ length: Math.min(AT_ONCE, left.length) }, removeSessions)
  const limit = CONNECT_LIMIT_MS + PER_SESSION_MS * (sessions.size + retained.size)
  await inTime(
    Promise.allSettled([...workers, ...(retained.size === 0 ? [] : [clear()])]),
    hurry ? CONNECT_LIMIT_MS : Math.min(LONGEST_MS, limit),
  )
  left.length = 0
  await Promise.allSettled([...clients].map((client) => client.endAsync(true)))
}

async function inTime(work: Promise<unknown>, limit: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limit)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}
