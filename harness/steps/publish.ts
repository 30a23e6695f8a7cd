// `publish`: one message by the library's own publish(). Topic and payload go in as bytes, so that
// a library's trouble with non-ASCII text is not met by chance; `call` can pass text.

import { z } from 'zod'
import { payloadField } from '../packets/index.ts'
import { qos, size, text } from '../scenario/index.ts'
import { calling, said5 } from './calling.ts'
import type { ClientCall } from './step.ts'

const PAYLOADS = ['payload', 'hex', 'file', 'json', 'size'] as const

const args = z
  .strictObject({
    ...calling,
    ...said5,
    topic: text().describe('where to'),
    payload: payloadField()
      .optional()
      .describe('the payload as text, sent as UTF-8; or { hex }, { json }, { size }, { file }'),
    hex: z
      .string()
      .regex(/^([0-9a-fA-F]{2}\s*)*$/, 'expected hex digits, two a byte')
      .optional()
      .describe('the payload as hex digits'),
    file: text().optional().describe('the payload as the bytes of a file, by its path from the folder of the scenario'),
    json: z.unknown().optional().describe('a value that is sent as JSON'),
    size: size().optional().describe('a payload of N bytes'),
    qos: qos().optional().describe("the QoS; default: the library's, which is 0"),
    retain: z.boolean().optional().describe("the retain flag; default: the library's, which is false"),
  })
  .superRefine((a, ctx) => {
    const given = PAYLOADS.filter((name) => a[name] !== undefined)
    if (given.length !== 1)
      ctx.addIssue({
        code: 'custom',
        message:
          given.length === 0 ? 'publish needs a payload' : `one payload is enough, here are ${given.join(' and ')}`,
        params: {
          diagnostic: 'scenario/payload',
          hint: 'give one of payload, hex, file, json, size; payload: "" sends an empty one',
        },
      })
  })

type PublishArgs = z.output<typeof args>

export const publish: ClientCall<PublishArgs> = {
  kind: 'call',
  name: 'publish',
  summary: 'publish a message',
  args,
  toCall: (a) => ({
    verb: 'publish',
    topic: a.topic,
    payload: payloadOf(a),
    qos: a.qos,
    retain: a.retain,
    properties: a.properties,
  }),
  show: (a) => `publish ${a.topic} on ${a.device}`,
}

function payloadOf(a: PublishArgs): Uint8Array {
  if (a.hex !== undefined) return Buffer.from(a.hex.replace(/\s/g, ''), 'hex')
  if (a.json !== undefined) return Buffer.from(JSON.stringify(a.json))
  // A repeating ramp: a lost or swapped stretch of it does not look like any other.
  if (a.size !== undefined) return Uint8Array.from({ length: a.size }, (_, i) => 0x20 + ((i + (i >> 6)) % 0x5f))
  return a.payload ?? new Uint8Array()
}
