// What a group of the fleet may say. Text in which `${{ i }}` stands (the device's number in its group,
// from 0) is filled in for each device; in topics and payloads `seq`, `random` and `now` are filled in for each message:
// placeholders.ts says where each can stand.

import { z } from 'zod'
import { clients, derive } from '../../../emulators/index.ts'
import { protocolWord, will } from '../../devices/index.ts'
import { hexBytes, properties } from '../../packets/index.ts'
import { duration, percent, positiveDuration, positiveRate, qos, rate, size, text } from '../../scenario/index.ts'
import { FLEET_FIRMWARE } from './runs.ts'

/** CONNECT has two bytes for it. */
const LONGEST_KEEPALIVE_MS = 65_535_000

export const arrival = z
  .strictObject({
    after: duration().optional().describe('time from the start to the first; default: 0ms'),
    rate: positiveRate().optional().describe('rate per second'),
    over: duration().optional().describe('all of them in this time, evenly'),
    ramp: z
      .strictObject({
        from: rate().describe('the rate at the beginning'),
        to: positiveRate().describe('the rate at the end, and after it'),
        over: positiveDuration().describe('how long it takes'),
      })
      .optional()
      .describe('a rate that changes evenly'),
    steps: z
      .array(
        z.strictObject({
          rate: rate().describe('rate per second; 0/s is a pause'),
          for: positiveDuration().describe('duration'),
        }),
      )
      .min(1)
      .optional()
      .describe('one rate after the other; the last one goes on'),
  })
  .superRefine((a, ctx) => {
    const { after, ...ways } = a
    const given = Object.entries(ways).flatMap(([name, value]) => (value === undefined ? [] : [name]))
    if (given.length > 1 || (given.length === 0 && after === undefined))
      ctx.addIssue({
        code: 'custom',
        message: given.length === 0 ? 'arrival is empty' : `arrival has ${given.join(' and ')}, and one is allowed`,
        params: {
          diagnostic: 'scenario/arrival',
          hint: 'give one of rate, over, ramp, steps; or after alone: all at once',
        },
      })
    if (a.steps?.at(-1)?.rate === 0)
      ctx.addIssue({
        code: 'custom',
        path: ['steps', a.steps.length - 1, 'rate'],
        message: 'the last rate goes on until all devices have come, and is not 0/s',
        params: { diagnostic: 'scenario/arrival', hint: 'end with a rate above 0' },
      })
  })

export const backoff = z.strictObject({
  backoff: z.enum(['fixed', 'exponential', 'decorrelated']).describe('how the wait grows from attempt to attempt'),
  base: positiveDuration().describe('the first wait'),
  max: duration().optional().describe('the longest wait; default: 60s'),
  jitter: z
    .enum(['none', 'full', 'equal'])
    .optional()
    .describe('full: anything up to the wait; equal: half of it and anything up to the other half; default: none'),
})

const PAYLOADS = ['size', 'payload', 'hex', 'file', 'json'] as const

export const publication = z
  .strictObject({
    topic: text().describe('where to'),
    every: positiveDuration().describe('the time from one message of a device to its next'),
    jitter: percent().optional().describe('how much each interval varies either way; default: 0%'),
    size: size({ bare: 'bytes' }).optional().describe('a payload of N bytes'),
    payload: text().optional().describe('the payload as text'),
    hex: hexBytes().optional().describe('the payload as hex digits'),
    file: text().optional().describe('the payload as the bytes of a file'),
    json: z.unknown().optional().describe('a value that is sent as JSON'),
    qos: z.union([qos()]).optional().describe('0 or 1; default: 0'),
    retain: z.boolean().optional().describe('the retain flag; default: false'),
    times: z.number().int().min(1).optional().describe('number of messages of each device; default: no end'),
    properties: properties.optional().describe('MQTT 5: properties of each message, the same for all devices'),
    track: z
      .boolean()
      .optional()
      .describe('whether its messages are stamped and followed to their receivers; default: true, if there is room'),
  })
  .superRefine((a, ctx) => {
    const given = PAYLOADS.filter((name) => a[name] !== undefined)
    if (given.length !== 1)
      ctx.addIssue({
        code: 'custom',
        message:
          given.length === 0 ? 'a message needs a payload' : `one payload is enough, here are ${given.join(' and ')}`,
        params: { diagnostic: 'scenario/payload', hint: 'give one of size, payload, hex, file, json' },
      })
    if (a.qos === 2)
      ctx.addIssue({
        code: 'custom',
        path: ['qos'],
        message: 'none of the emulated libraries can publish with QoS 2',
        params: { diagnostic: 'scenario/fleet-qos', hint: 'QoS 0 and 1 are what such devices have' },
      })
    if (a.track === true && a.size !== undefined && a.size < STAMP_BYTES)
      ctx.addIssue({
        code: 'custom',
        path: ['size'],
        message: `a message that is followed carries a stamp of ${STAMP_BYTES} bytes`,
        params: { diagnostic: 'scenario/fleet-stamp', hint: `size: ${STAMP_BYTES}B at least, or track: false` },
      })
  })

/** What the ledger writes into a payload: see harness/load/shard/message-tag.ts. */
export const STAMP_BYTES = 29

const groupNow = () =>
  z.strictObject({
    use: z
      .enum([...(Object.keys(clients) as (keyof typeof clients)[]), ...FLEET_FIRMWARE])
      .describe('the emulated client library, or the firmware that each runs'),
    count: z.number().int().min(1).max(1_000_000).describe('how many devices'),
    'client-id': text()
      .optional()
      .describe(
        "the client id of each, and a firmware's name for its device; default: the name of the group, - and the number",
      ),
    protocol: protocolWord().optional().describe('the MQTT that its devices speak: 3.1, 3.1.1 or 5; default: 3.1.1'),
    with: z.record(z.string(), z.unknown()).optional().describe('options by the names of the library or the firmware'),
    will: will.optional().describe('the last will that each announces'),
    connect: z
      .strictObject({
        keepalive: duration()
          .refine((ms) => ms <= LONGEST_KEEPALIVE_MS, {
            params: { diagnostic: 'scenario/keepalive', hint: 'at most 65535s, which is 18h12m15s' },
            message: 'a keep alive is a number of seconds in two bytes [MQTT 3.1.1, 3.1.2.10]',
          })
          .optional()
          .describe('the keep alive; default: 0s, which is none'),
        clean: z.boolean().optional().describe("the clean session flag; default: the library's own"),
        properties: properties.optional().describe('MQTT 5: properties of CONNECT, the same for all devices'),
      })
      .optional()
      .describe('how it connects'),
    arrival: arrival
      .optional()
      .describe('when its devices are switched on; default: at once, as fast as brokers accept'),
    reconnect: z
      .union([z.literal('library'), backoff])
      .optional()
      .describe('what a device does that has lost its connection; default: library, what the library itself does'),
    'reset-after': duration()
      .optional()
      .describe('a device whose program has ended is reset after this time; default: it stays as it is'),
    ping: z
      .union([positiveDuration(), z.literal(false)])
      .optional()
      .describe(
        'how often the program pings; default: every half keep alive; false: never, as the umqtt family itself',
      ),
    poll: duration()
      .optional()
      .describe('how often the program looks for messages; default: 0ms, as soon as there is one'),
    subscribe: z
      .array(
        z.strictObject({
          topic: text().describe('a topic filter'),
          qos: qos().optional().describe('the QoS that it asks for; default: 0'),
        }),
      )
      .optional()
      .describe('what each subscribes to'),
    publish: z.array(publication).optional().describe('what each publishes'),
    brokers: z
      .array(text())
      .min(1)
      .optional()
      .describe('HOST:PORT of several brokers, taken in turn; default: the broker of the run'),
    tls: z
      .strictObject({
        ca: text()
          .optional()
          .describe('file with the certificate of who signs brokers; without it nothing is verified'),
        cert: text().optional().describe("file with the device's certificate"),
        key: text().optional().describe("file with the device's key"),
      })
      .optional()
      .describe('TLS, with a certificate for each device if you like'),
    link: percent()
      .optional()
      .describe('the share of its devices that reach the broker by a link, which can be disturbed; default: 0%'),
    'late-after': duration().optional().describe('a message that took longer counts as late; default: 5s'),
  })

/** Made again when a client joins. */
export let group: ReturnType<typeof groupNow>
derive(() => {
  group = groupNow()
})
