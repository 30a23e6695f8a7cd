// What may stand in a timeline that is read. A recording may come from anybody: names are names, types are known ones,
// numbers are numbers, and nothing else is there. Names and words of it become keys of YAML and names of files.

import { z } from 'zod'
import { PACKET_TYPES, type Packet, PROPERTIES, type PropertyName } from '../../emulators/index.ts'
import { DEVICE_CHANGES, FAULT_CODES, type Fact, type FactKind, RESTART_CAUSES } from './event.ts'

/** Characters of a device's name, which is a part of file names. */
const LONGEST_NAME = 100
/** Characters of text of MQTT: a length of two bytes. */
const LONGEST_STRING = 65_535
/** Characters of a line of a console and of what is told in words. */
const LONGEST_TEXT = 2 ** 24

const NAME = /^[A-Za-z][A-Za-z0-9_-]*$/
/** A step's path: `2`, `4.0`, `5#3.1`, `always.0`, `slo.1`. */
const PATH = /^[\w#.-]*$/
/** A word of `use:`, a library's method, an errno: no white space, nothing that YAML or a terminal would read. */
const WORD = /^[\w./:+@-]*$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const LINE = /^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$/

const name = z.string().max(LONGEST_NAME).regex(NAME, 'not the name of a device')
const word = z.string().max(LONGEST_NAME).regex(WORD, 'not a word')
const path = z.string().max(LONGEST_NAME).regex(PATH, 'not the path of a step')
const line = (most: number) => z.string().max(most).regex(LINE, 'has control characters')
const text = z.string().max(LONGEST_TEXT)
const string = z.string().max(LONGEST_STRING)
const natural = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const byte = z.number().int().min(0).max(255)
const short = z.number().int().min(0).max(65_535)
const number = z.union([z.number(), z.nan(), z.literal([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])])
const bytes = z.instanceof(Uint8Array)
const flag = z.boolean()
const direction = z.enum(['up', 'down'])
const device = name

type Shape<T> = { readonly [K in keyof T]-?: z.ZodType }

/** The packet of each type, as the union of packets has it. */
type PacketOf<T extends Packet['type'], P = Packet> = P extends { readonly type: infer U }
  ? T extends U
    ? Omit<P, 'type'>
    : never
  : never

const VALUES = {
  byte,
  uint16: short,
  uint32: natural.max(0xffff_ffff),
  varint: natural.max(268_435_455),
  string,
  binary: bytes,
  pairs: z.tuple([string, string]),
} as const

/** Of MQTT 5: those that may stand more than once are lists, and the others where they do. */
const properties = z
  .strictObject(
    Object.fromEntries(
      (Object.keys(PROPERTIES) as PropertyName[]).map((name) => {
        const kind = PROPERTIES[name][1]
        const value: z.ZodType = VALUES[kind]
        const list = z.array(value)
        return [name, (kind === 'pairs' || kind === 'varint' ? list : z.union([value, list])).optional()]
      }),
    ),
  )
  .optional()

const onTheWire = { flags: byte, length: natural, properties }
const acknowledgement = { ...onTheWire, packetId: short, reasonCode: byte.optional() }
const bare = { ...onTheWire, reasonCode: byte.optional() }
const qos = z.literal([0, 1, 2])
const CLAIMS = [...PACKET_TYPES.filter((type) => type !== undefined), 'reserved'] as const

const packets: { readonly [T in Packet['type']]: Shape<PacketOf<T>> } = {
  connect: {
    ...onTheWire,
    protocolName: string,
    protocolLevel: byte,
    clean: flag,
    keepalive: short,
    clientId: string,
    will: z.strictObject({ topic: string, payload: bytes, qos, retain: flag, properties }).optional(),
    username: string.optional(),
    password: bytes.optional(),
  },
  connack: { ...onTheWire, sessionPresent: flag, returnCode: byte },
  publish: {
    ...onTheWire,
    topic: string,
    payload: bytes,
    qos,
    retain: flag,
    dup: flag,
    packetId: short.optional(),
  },
  puback: acknowledgement,
  pubrec: acknowledgement,
  pubrel: acknowledgement,
  pubcomp: acknowledgement,
  unsuback: { ...onTheWire, packetId: short, reasonCodes: z.array(byte).optional() },
  subscribe: {
    ...onTheWire,
    packetId: short,
    subscriptions: z.array(
      z.strictObject({
        topic: string,
        qos: byte,
        noLocal: flag.optional(),
        retainAsPublished: flag.optional(),
        retainHandling: byte.optional(),
      }),
    ),
  },
  suback: { ...onTheWire, packetId: short, granted: z.array(byte) },
  unsubscribe: { ...onTheWire, packetId: short, topics: z.array(string) },
  pingreq: bare,
  pingresp: bare,
  disconnect: bare,
  auth: { ...onTheWire, reasonCode: byte },
  malformed: {
    flags: byte,
    length: natural,
    claims: z.enum(CLAIMS),
    reason: text,
    statement: word.optional(),
    offset: natural.optional(),
  },
}

const shaped = <K extends string>(key: K, shapes: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>>) =>
  z.discriminatedUnion(
    key,
    Object.entries(shapes).map(([value, shape]) => z.strictObject({ [key]: z.literal(value), ...shape })) as never,
  )

const packet = shaped('type', packets)

const plain: z.ZodType = z.lazy(() => z.union([text, number, flag, z.null(), bytes, z.array(plain)]))
const address = z.strictObject({ address: line(LONGEST_NAME), port: short })

const facts: { readonly [K in FactKind]: Shape<Omit<Extract<Fact, { kind: K }>, 'kind'>> } = {
  packet: {
    device,
    direction,
    connection: natural,
    packet,
    raw: bytes,
    level: byte.optional(),
    offset: natural,
    begunAt: z.number().optional(),
    delivered: flag,
    end: z.enum(['device', 'broker']).optional(),
    held: z.literal(true).optional(),
    by: z.literal('link').optional(),
  },
  socket: {
    device,
    change: z.enum([
      'connecting',
      'connected',
      'secured',
      'handshake-failed',
      'refused',
      'closed',
      'both-closed',
      'reset',
      'timeout',
    ]),
    by: z.enum(['device', 'broker', 'link']),
    connection: natural.optional(),
    detail: text.optional(),
    serverName: string.optional(),
    ends: z.strictObject({ device: address, link: address }).optional(),
  },
  upgrade: {
    device,
    direction,
    connection: natural,
    subprotocols: z.array(string),
    path: text.optional(),
    status: natural.optional(),
  },
  bytes: { device, direction, connection: natural, raw: bytes, offset: natural, delivered: flag },
  frame: {
    device,
    direction,
    connection: natural,
    opcode: z.enum(['continuation', 'text', 'binary', 'close', 'ping', 'pong', 'reserved']),
    final: flag,
    length: natural,
    code: natural.optional(),
    delivered: flag,
    by: z.literal('link').optional(),
  },
  call: {
    device,
    id: path,
    method: line(LONGEST_STRING),
    state: z.enum(['started', 'returned', 'raised', 'running', 'lost']),
    detail: text.optional(),
    value: plain.optional(),
    error: z.strictObject({ type: text, args: z.array(plain) }).optional(),
  },
  serial: {
    device,
    line: text,
    stream: z.enum(['out', 'err', 'in']),
    unfinished: z.literal(true).optional(),
    seen: text.optional(),
    message: text.optional(),
    exact: z.literal(true).optional(),
  },
  signal: { device, signal: line(LONGEST_NAME), value: number, by: z.enum(['device', 'harness']) },
  message: { topic: string, payload: bytes, qos: byte, retain: flag, dup: flag, properties },
  fault: { what: text, code: z.enum(FAULT_CODES).optional(), device: device.optional(), disturbance: path.optional() },
  device: {
    device,
    change: z.enum(DEVICE_CHANGES),
    detail: text.optional(),
    cause: z.enum(RESTART_CAUSES).optional(),
    as: z.enum(['program', 'puppet']).optional(),
  },
  exit: { device, code: z.number().nullable(), signal: word.nullable() },
  broker: { change: z.enum(['started', 'stopped', 'killed', 'died']), detail: text.optional() },
  violation: {
    device: z.union([name, z.literal('')]),
    by: z.enum(['device', 'broker']),
    statement: word,
    what: text,
    of: natural,
  },
  step: {
    step: path,
    phase: z.enum(['started', 'ended']),
    outcome: z.enum(['passed', 'failed', 'inconclusive', 'skipped']).optional(),
    detail: text.optional(),
  },
  fleet: {
    group: name,
    devices: natural,
    connected: natural,
    connecting: natural,
    disconnected: natural.optional(),
    off: natural,
    ended: natural,
    reconnects: natural,
  },
  lag: { stalled: z.number().min(0).max(1e12) },
}

/** Milliseconds of a run: thirty years. */
const time = z.number().min(0).max(1e12)
const stamp = { at: time, seq: natural, lag: time.optional() }

/** Of an event in a timeline. */
export const eventSchema: z.ZodType = shaped(
  'kind',
  Object.fromEntries(Object.entries(facts).map(([kind, shape]) => [kind, { ...shape, ...stamp }])),
)

const brokerName = line(LONGEST_STRING)

/** Of a timeline's header. What else a hil wrote there is not looked at. */
export const headerSchema = z.looseObject({
  recording: z.boolean().optional(),
  scenario: text.optional(),
  file: line(LONGEST_STRING).optional(),
  variant: text.optional(),
  broker: z
    .looseObject({
      name: brokerName,
      kind: line(LONGEST_NAME),
      version: line(LONGEST_NAME),
      gaps: z.array(z.looseObject({ test: text, reason: text })).optional(),
    })
    .optional(),
  startedAt: z
    .string()
    .max(40)
    .regex(/^[\d:.TZ+-]*$/, 'not a time')
    .optional(),
  status: word.optional(),
  seed: z.number().optional(),
  devices: z.record(name, word).optional(),
  given: z
    .looseObject({
      vars: z.record(z.string(), z.string()).optional(),
      bind: z.record(z.string(), z.string()).optional(),
      seed: z.number().optional(),
      timeout: z.number().optional(),
    })
    .optional(),
})
