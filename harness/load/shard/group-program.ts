// What the devices of a group have in common, for the program that runs on each of them: the calls by
// which its library connects, subscribes, looks for messages, pings and publishes.

import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContext } from 'node:tls'
import {
  bind,
  type FleetDevice,
  type FleetRole,
  type Instruction,
  type LibraryCall,
  type Options,
  type Program,
  type PyValue,
} from '../../../emulators/index.ts'
import { type FleetGroup, type FleetMember, libraryOptions, type Publication, provisionsOf } from '../../plan/index.ts'
import type { ShardJob } from '../coordinator/protocol.ts'
import type { BrokerEndpoint } from './broker-endpoint.ts'

/** To the broker, for devices that say nothing else. */
export type BrokerAccess = Pick<ShardJob, 'brokers' | 'credentials' | 'tls'>

export interface Crew {
  /** null: straight to the broker. */
  detour(device: FleetDevice): BrokerEndpoint | null
  /** The device's number in its group. */
  numberOf(device: FleetDevice): number
  heard(device: FleetDevice, payload: Uint8Array): void
  subscribed(device: FleetDevice): void
}

const utf8 = new TextEncoder()
/** Stands in a call for the payload that each message has anew. */
const HOLE = new Uint8Array()

/**
 * A publication's call with places for topic and payload. It is one object for all devices, filled in and used up at once,
 * where no other call comes before it; while one does, other devices publish, and each message has an object of its own.
 */
export interface PublishCall {
  fill(topic: Uint8Array, payload: Uint8Array): Instruction
}

export class GroupProgram implements FleetRole {
  readonly client: FleetRole['client']
  readonly connect: LibraryCall
  readonly backoff: FleetRole['backoff']
  /** null: messages come by themselves. */
  readonly check: Instruction | null
  readonly ping: Instruction | null
  readonly publish: readonly PublishCall[]
  readonly #group: FleetGroup
  readonly #brokers: readonly BrokerEndpoint[]
  readonly #way: BrokerAccess
  readonly #crew: Crew
  #shared: SecureContext | null = null
  #last: { readonly i: number; readonly member: FleetMember } | null = null

  constructor(group: FleetGroup, way: BrokerAccess, crew: Crew) {
    const { client } = group
    this.#group = group
    this.#brokers = group.brokers.length > 0 ? group.brokers : way.brokers
    this.#way = way
    this.#crew = crew
    this.client = client
    this.backoff = group.backoff
    // A library with a task of its own is told by an option.
    this.connect = client.inTask?.start ?? client.verbs.connect({ clean: group.clean })!
    this.check = instruction('check', client.verbs.check({}))
    this.ping = instruction(
      'ping',
      client.verbs.ping() ?? (client.sketch === undefined ? null : client.verbs.check({})),
    )
    this.publish = group.publications.map((publication) => publishCall(group, publication))
  }

  options(device: FleetDevice): Options {
    const i = this.#crew.numberOf(device)
    const { host, port } = this.#endpoint(device, i)
    return {
      ...libraryOptions(this.#group, this.#member(i), host, port, this.#way.credentials, this.#way.tls !== null),
    }
  }

  setUp(device: FleetDevice): readonly LibraryCall[] {
    const { mqtt5 } = this.client
    if (mqtt5 === undefined) return []
    const { properties } = this.#group
    const { will } = this.#member(this.#crew.numberOf(device))
    const said = [mqtt5.before('connect', { properties }), mqtt5.before('will', { properties: will?.properties })]
    return said.filter((call) => call !== null)
  }

  /** The device's own program; null: it is the one that fleets have. */
  firmware(device: FleetDevice): Program<void> | null {
    const { firmware, client } = this.#group
    if (firmware === null) return null
    const i = this.#crew.numberOf(device)
    const member = this.#member(i)
    const { host, port } = this.#endpoint(device, i)
    const provisions = provisionsOf(client, member, this.#way.credentials, this.#way.tls !== null)
    const program = firmware.program({
      client: { ...client, identity: (...given) => ({ ...client.identity(...given), ...provisions }) },
      server: host,
      port,
      name: member.clientId,
      options: member.options,
      poll: null,
    })
    return program()
  }

  will(device: FleetDevice): LibraryCall | null {
    const { will } = this.#member(this.#crew.numberOf(device))
    return will === null ? null : this.client.verbs.will({ ...will, topic: utf8.encode(will.topic) })
  }

  subscriptions(device: FleetDevice): readonly LibraryCall[] {
    if (this.#group.subscribes === 0) return []
    const { subscribe } = this.#member(this.#crew.numberOf(device))
    return subscribe.flatMap(({ topic, qos }) => this.client.verbs.subscribe({ topic: utf8.encode(topic), qos }) ?? [])
  }

  topics(i: number): readonly Uint8Array[] {
    return this.#member(i).topics.map((topic) => utf8.encode(topic))
  }

  heard(device: FleetDevice, _topic: Uint8Array, payload: Uint8Array): void {
    this.#crew.heard(device, payload)
  }

  subscribed(device: FleetDevice): void {
    this.#crew.subscribed(device)
  }

  secure(i: number): { readonly secureContext: SecureContext; readonly rejectUnauthorized: boolean } | undefined {
    const { tls } = this.#member(i)
    if (tls === null) return this.#brokersOwn()
    const file = (path: string | null): Buffer | undefined => (path === null ? undefined : readFileSync(path))
    const secureContext = createSecureContext({ ca: file(tls.ca), cert: file(tls.cert), key: file(tls.key) })
    return { secureContext, rejectUnauthorized: tls.ca !== null }
  }

  /** What the harness itself uses to reach the broker; one context for all devices. */
  #brokersOwn(): { readonly secureContext: SecureContext; readonly rejectUnauthorized: boolean } | undefined {
    const { tls } = this.#way
    if (tls === null) return undefined
    const { ca, cert, key, insecure } = tls
    this.#shared ??= createSecureContext({ ca: ca ?? undefined, cert: cert ?? undefined, key: key ?? undefined })
    return { secureContext: this.#shared, rejectUnauthorized: !insecure }
  }

  #endpoint(device: FleetDevice, i: number): BrokerEndpoint {
    return this.#crew.detour(device) ?? this.#brokers[i % this.#brokers.length]!
  }

  /** A device is asked several things in a row. */
  #member(i: number): FleetMember {
    if (this.#last?.i !== i) this.#last = { i, member: this.#group.member(i) }
    return this.#last.member
  }
}

function instruction(id: string, call: LibraryCall | null): Instruction | null {
  return call === null ? null : { id, ...call }
}

function publishCall({ client }: FleetGroup, { qos, retain, properties }: Publication): PublishCall {
  const said = client.verbs.publish({
    topic: HOLE,
    payload: HOLE,
    ...(qos === 0 ? {} : { qos }),
    ...(retain ? { retain } : {}),
  })!
  // By their places, which costs a call less than names do.
  const args: PyValue[] = bind(said.method, client.methods[said.method]!, said.args, said.kwargs)
  const before = client.mqtt5?.before('publish', { properties }) ?? null
  const made: Instruction = {
    ...{ id: 'publish', method: said.method, args, kwargs: {} },
    ...(before === null ? {} : { before: { ...before, done: client.mqtt5!.done } }),
  }
  const asText = typeof args[0] === 'string'
  const payloadAt = Math.max(1, args.lastIndexOf(HOLE))
  return {
    fill(topic, payload) {
      const own = before === null ? args : [...args]
      own[0] = asText ? Buffer.from(topic).toString() : topic
      own[payloadAt] = payload
      return before === null ? made : { ...made, args: own }
    },
  }
}
