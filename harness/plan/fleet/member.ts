// What is one device's own, from the words of its group: id, options, will, topics, certificate. It is made when it
// is asked for, and silently: the group was checked as a whole.

import { dirname, resolve as resolvePath } from 'node:path'
import { type ClientKind, type OptionMeaning, Problem, type PyValue } from '../../../emulators/index.ts'
import { optionsOf } from '../../devices/index.ts'
import { properties, type SentProperties } from '../../packets/index.ts'
import { childOf, Diagnostics, interpolate, type Node, toPlain, validate } from '../../scenario/index.ts'
import type { FleetGroup, FleetMember } from '../model/fleet.ts'
import { deviceNode, type FleetContext, type GroupInput, using, valuesOf } from './placeholders.ts'
import { optionsIn, type Runs } from './runs.ts'

export function memberOf(i: number, name: string, runs: Runs, node: Node, context: FleetContext): FleetMember {
  const silent = new Diagnostics()
  const filled = deviceNode(node, name, i, context, silent)
  const plain = toPlain(filled) as Pick<GroupInput, 'client-id' | 'with' | 'will' | 'subscribe' | 'tls'>
  const publish = childOf(node, 'publish')
  const topics = (publish?.kind === 'list' ? publish.items : []).map((item) => topicOf(item, i, context, silent))
  const given =
    plain.with === undefined
      ? {}
      : optionsOf(
          { words: { with: plain.with }, node: filled, diagnostics: new Diagnostics() } as never,
          (runs.firmware ?? runs.client).name,
          optionsIn(runs),
        )
  const willed = willProperties(filled, silent)
  const wrong = silent.all[0]
  if (wrong !== undefined)
    throw new Problem(wrong.code, `device ${i} of ${name}: ${wrong.message}`, { at: wrong.at, hint: wrong.hint })
  const { will } = plain
  const file = (path: string | undefined): string | null =>
    path === undefined ? null : resolvePath(dirname(context.file), path)
  return {
    clientId: plain['client-id'] ?? `${name}-${i}`,
    options: given,
    will:
      will === undefined
        ? null
        : {
            topic: will.topic,
            payload: will.payload,
            qos: will.qos ?? 0,
            retain: will.retain ?? false,
            properties: willed,
          },
    subscribe: (plain.subscribe ?? []).map(({ topic, qos }) => ({ topic, qos: qos ?? 0 })),
    topics,
    tls:
      plain.tls === undefined ? null : { ca: file(plain.tls.ca), cert: file(plain.tls.cert), key: file(plain.tls.key) },
  }
}

function willProperties(device: Node, diagnostics: Diagnostics): SentProperties | undefined {
  const node = childOf(childOf(device, 'will'), 'properties')
  return node === undefined ? undefined : validate(properties, node, diagnostics)
}

/** Empty: each message has another. */
function topicOf(item: Node, i: number, { scope }: FleetContext, diagnostics: Diagnostics): string {
  const node = childOf(item, 'topic')
  if (node === undefined || using(node, ['seq', 'random', 'now'], scope).length > 0) return ''
  return String(toPlain(interpolate(node, valuesOf(scope, { i }), diagnostics).node))
}

/** What a library needs to get in at a broker: TLS, user name and password, by its own options for them. */
export function provisionsOf(
  client: ClientKind,
  member: FleetMember,
  { user, password }: Readonly<Record<string, PyValue>>,
  secured: boolean,
): Record<string, PyValue> {
  const secure = member.tls !== null || secured
  return {
    ...(secure
      ? { ...client.inTask?.tls, ...meaning(client, 'tls', true), ...meaning(client, 'tls context', true) }
      : {}),
    ...(user === undefined ? {} : meaning(client, 'user name', user)),
    ...(password === undefined ? {} : meaning(client, 'password', password)),
  }
}

/** The options of a device that the group's own words ask for. */
export function libraryOptions(
  group: FleetGroup,
  member: FleetMember,
  host: string,
  port: number,
  credentials: Readonly<Record<string, PyValue>>,
  secured: boolean,
): Record<string, PyValue> {
  const { client, keepalive, backoff, clean } = group
  const { inTask } = client
  return {
    ...client.identity(member.clientId, host, port),
    ...(keepalive === 0 ? {} : meaning(client, 'keep alive', Math.ceil(keepalive / 1000))),
    ...(clean === undefined ? {} : inTask?.clean(clean)),
    ...(member.will === null
      ? {}
      : inTask?.will({ ...member.will, topic: new TextEncoder().encode(member.will.topic) })),
    ...(group.protocol === null ? {} : client.mqtt5?.options(group.protocol)),
    ...(backoff === null ? {} : inTask?.manual),
    // A policy of the program's own takes the place of the library's thread.
    ...(backoff === null ? {} : meaning(client, 'reconnects', false)),
    ...provisionsOf(client, member, credentials, secured),
    ...member.options,
  }
}

/** The library's own options of that meaning, all with this value; none when it has no such option. */
const meaning = (client: ClientKind, means: OptionMeaning, value: PyValue): Record<string, PyValue> =>
  Object.fromEntries(client.options.filter((option) => option.means === means).map(({ name }) => [name, value]))
