// The MiniMQTT guide's code walkthrough: one call of each kind, and a line for each callback that
// the library makes. Of the umqtt libraries, which call nobody back, only the steps are seen. The
// message that it publishes to itself comes while it waits for something else, and is printed too.

import { type Program, type PyValue, print } from '../board.ts'
import { parseOptions } from '../clients/client.ts'
import { printable, repr } from '../clients/python/python.ts'
import { type FirmwareContext, type FirmwareKind, say, textOf, utf8 } from './firmware.ts'

const GREETING = 'Hello Broker!'

const OPTIONS = [
  { name: 'topic', type: 'str', default: 'test/topic', summary: 'the feed that it subscribes and publishes to' },
] as const

export const feedWalkthrough: FirmwareKind = {
  name: 'feed-walkthrough',
  summary: 'connects, subscribes, publishes, unsubscribes and disconnects, and prints every callback',
  options: OPTIONS,
  inFleet: { never: 'it is over after one message' },
  program(context) {
    const topic = textOf(parseOptions('feed-walkthrough', OPTIONS, context.options).topic!)
    return () => run(context, topic)
  },
}

function* run({ client: kind, name, server, port }: FirmwareContext, topic: string): Program<void> {
  const { verbs } = kind
  const client = kind.create(kind.identity(name, server, port), {
    *onMessage(from, payload) {
      yield* print(`message on ${printable(from)}: ${printable(payload)}`)
    },
    *onEvent(event, args) {
      const line = LINES[event]
      if (line !== undefined) yield* print(line(...args.map(shown)))
    },
  })
  yield* print(`connecting to ${server}`)
  yield* say(client, verbs.connect({})!)
  yield* print(`subscribing to ${topic}`)
  yield* say(client, verbs.subscribe({ topic: utf8(topic) })!)
  yield* print(`publishing to ${topic}`)
  yield* say(client, verbs.publish({ topic: utf8(topic), payload: utf8(GREETING) })!)
  yield* print(`unsubscribing from ${topic}`)
  yield* say(client, verbs.unsubscribe({ topic: utf8(topic) }) ?? { method: 'unsubscribe', args: [topic], kwargs: {} })
  yield* print(`disconnecting from ${server}`)
  yield* say(client, verbs.disconnect()!)
}

const LINES: Readonly<Record<string, (...args: readonly string[]) => string>> = {
  on_connect: (flags, rc) => `connected: flags ${flags}, rc ${rc}`,
  on_disconnect: (rc) => `disconnected: rc ${rc}`,
  on_subscribe: (topic, qos) => `subscribed to ${topic}: granted QoS ${qos}`,
  on_unsubscribe: (topic, pid) => `unsubscribed from ${topic}: pid ${pid}`,
  on_publish: (topic, pid) => `published to ${topic}: pid ${pid}`,
}

const shown = (value: PyValue): string => (typeof value === 'string' ? value : repr(value))
