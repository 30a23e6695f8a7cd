// The subclass that umqtt.robust's own example shows: its connect subscribes again to all topics when
// the broker has no session for it. It works from umqtt.robust 1.0.3 on; before, a reconnect calls
// umqtt.simple's connect, and this one is passed over.

import { type Program, type PyValue, print, sleep } from '../board.ts'
import { type EmulatedClient, parseOptions } from '../clients/client.ts'
import { printable, truthy } from '../clients/python/python.ts'
import { milliseconds } from '../core/time.ts'
import { type FirmwareContext, type FirmwareKind, say, textOf, utf8 } from './firmware.ts'

const TURN = milliseconds(100)

const OPTIONS = [
  { name: 'topic', type: 'str', default: undefined, summary: 'what it subscribes to, with QoS 0' },
  { name: 'keepalive', type: 'seconds', default: 5, summary: 'keep alive; nobody pings' },
] as const

export const robustResubscribe: FirmwareKind = {
  name: 'robust-resubscribe',
  summary: 'umqtt.robust with its own connect, which subscribes again after a lost session',
  options: OPTIONS,
  inFleet: { library: 'umqtt.robust' },
  program(context) {
    const options = parseOptions('robust-resubscribe', OPTIONS, context.options)
    return () => run(context, textOf(options.topic!), options.keepalive!)
  },
}

function* run(context: FirmwareContext, topic: string, keepalive: PyValue): Program<void> {
  const { client: kind, name, server, port } = context
  const { verbs } = kind
  const topics: string[] = []
  const client: EmulatedClient = kind.create(
    { ...kind.identity(name, server, port), keepalive },
    {
      *onMessage(on, message) {
        yield* print(`message ${printable(on)} ${printable(message)}`)
      },
      *connect(library, cleanSession) {
        if (truthy(yield* library(cleanSession))) return true
        for (const known of topics) yield* subscribe(known)
        return false
      },
    },
  )
  function* subscribe(to: string): Program<void> {
    yield* print(`subscribing to ${to}`)
    yield* say(client, verbs.subscribe({ topic: utf8(to) })!)
    if (!topics.includes(to)) topics.push(to)
  }
  yield* say(client, verbs.connect({})!)
  yield* subscribe(topic)
  for (;;) {
    yield* say(client, verbs.check())
    yield* sleep(TURN)
  }
}
