// The program that mqtt_as's documentation begins with, in its event interface: it subscribes each time that the
// connection is `up`, prints what comes, and publishes a counter every five seconds. Its queue is one message long, which
// keeps none while the program is busy.

import { type Program, type PyValue, print, sleep } from '../board.ts'
import { type EmulatedClient, parseOptions } from '../clients/client.ts'
import { printable, repr } from '../clients/python/python.ts'
import { Problem } from '../core/problem.ts'
import { type Duration, seconds } from '../core/time.ts'
import { type FirmwareContext, type FirmwareKind, needsLibrary, say, textOf, utf8 } from './firmware.ts'

const OPTIONS = [
  { name: 'subscribes', type: 'str', default: 'foo_topic', summary: 'what it subscribes to, with QoS 1' },
  { name: 'publishes', type: 'str', default: 'result', summary: 'where it publishes its counter, with QoS 1' },
  { name: 'every', type: 'seconds', default: 5, summary: 'how long it pauses before each of them' },
  { name: 'keepalive', type: 'seconds', default: 60, summary: 'keep alive; a task pings four times as often' },
  { name: 'queue_len', type: 'int', default: 1, summary: 'of the queue that messages lie in; it holds one fewer' },
  { name: 'busy', type: 'seconds', default: 0, summary: 'how long the program has to do with each message' },
] as const

export const mqttAsDemo: FirmwareKind = {
  name: 'mqtt-as-demo',
  summary: "mqtt_as's own example: subscribes at each `up`, prints what comes, publishes a counter every five seconds",
  options: OPTIONS,
  inFleet: { library: 'mqtt_as' },
  program(context) {
    const options = parseOptions('mqtt-as-demo', OPTIONS, context.options)
    needsLibrary('mqtt-as-demo', context, 'mqtt_as')
    if (Number(options.queue_len) < 1)
      throw new Problem('client/bad-option', 'mqtt-as-demo: queue_len is less than 1', {
        hint: 'it has no callback for messages',
      })
    return () => run(context, options)
  },
}

function* run({ client: kind, name, server, port, will }: FirmwareContext, options: Options): Program<void> {
  const { verbs } = kind
  const busy = seconds(Number(options.busy))
  const client: EmulatedClient = kind.create(
    {
      ...kind.identity(name, server, port),
      keepalive: options.keepalive!,
      queue_len: options.queue_len!,
      ...(will === undefined ? {} : { will: [utf8(will.topic), will.payload, will.retain, will.qos] }),
    },
    {
      *onMessage(topic, msg, _, properties) {
        yield* print(`message ${printable(topic)} ${printable(msg)} ${repr(properties?.retain === true)}`)
        if (busy > 0) yield* sleep(busy)
      },
      *onEvent(event) {
        yield* print(event)
        if (event === 'up') yield* say(client, verbs.subscribe({ topic: utf8(textOf(options.subscribes!)), qos: 1 })!)
      },
    },
  )
  yield* say(client, verbs.connect({})!)
  yield* count(client, textOf(options.publishes!), seconds(Number(options.every)))
}

function* count(client: EmulatedClient, topic: string, every: Duration): Program<void> {
  for (let n = 0; ; n++) {
    yield* sleep(every)
    yield* print(`publish ${n}`)
    yield* client.call('publish', [topic, String(n)], { qos: 1 })
  }
}

type Options = Readonly<Record<string, PyValue>>
