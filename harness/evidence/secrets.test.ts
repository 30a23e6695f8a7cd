import fc from 'fast-check'
import { generate } from 'mqtt-packet'
import { expect, test } from 'vitest'
import { Decoder, encode, type Sendable } from '../../emulators/index.ts'
import type { Fact } from './event.ts'
import { passwordAt, Secrets } from './secrets.ts'

const will = { topic: 'w', payload: Buffer.from('gone'), qos: 1, retain: true } as const
const connect = (more: object): Buffer =>
  Buffer.from(encode({ type: 'connect', clientId: 'blue', ...more } as Sendable))
const packetFact = (raw: Uint8Array): Fact => {
  const [decoded] = new Decoder().push(raw)
  return { kind: 'packet', device: 'blue', direction: 'up', connection: 1, delivered: true, ...decoded! }
}

test.each([
  ['user and password', { username: 'me', password: Buffer.from('hunter2') }],
  ['a short one', { username: 'me', password: Buffer.from('on') }],
  ['behind a will', { will, username: 'me', password: Buffer.from('hunter2') }],
  [
    'of a long packet',
    { will: { ...will, payload: Buffer.alloc(300, 1) }, username: 'me', password: Buffer.from('pw') },
  ],
])('the password of a CONNECT is masked, %s', (_, more) => {
  const raw = connect(more)
  const masked = new Secrets().fact(packetFact(raw)) as Extract<Fact, { kind: 'packet' }>
  const { password } = more
  expect(masked.raw).toHaveLength(raw.length)
  const expected = Buffer.concat([raw.subarray(0, -password.length), Buffer.alloc(password.length, '*')])
  expect(Buffer.from(masked.raw)).toEqual(expected)
  expect(masked.packet).toMatchObject({ username: 'me', password: new Uint8Array(password.length).fill(42) })
})

test('also of MQTT 5, where properties stand before it', () => {
  const raw = generate({
    cmd: 'connect',
    clientId: 'blue',
    protocolId: 'MQTT',
    protocolVersion: 5,
    clean: true,
    keepalive: 9,
    username: 'me',
    password: Buffer.from('hunter2'),
    properties: { sessionExpiryInterval: 9 },
    will: { topic: 'w', payload: Buffer.from('x'), qos: 0, retain: false, properties: { willDelayInterval: 3 } },
  })
  expect(passwordAt(raw)).toBe(raw.length - 'hunter2'.length)
})

test('a CONNECT that was cut short shows nothing of it, at whatever byte', () => {
  const raw = connect({ will, username: 'me', password: Buffer.from('hunter2') })
  const begin = raw.length - 'hunter2'.length
  for (let length = 1; length < raw.length; length++) {
    const at = passwordAt(raw.subarray(0, length))
    expect(at).toBe(length > begin ? begin : null)
  }
})

test('without a password, and in other packets, nothing is touched', () => {
  const secrets = new Secrets()
  for (const raw of [connect({}), connect({ username: 'me' }), connect({ will }), Buffer.from('c000', 'hex')]) {
    const fact = packetFact(raw)
    expect(secrets.fact(fact)).toBe(fact)
  }
})

test('no bytes make it fail', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const at = passwordAt(Uint8Array.of(0x10, ...bytes))
      return at === null || at <= bytes.length
    }),
  )
})

test('known values are masked wherever they turn up, in text and in bytes', () => {
  const secrets = new Secrets(['hunter2', 'on', 'hunter2-and-more'])
  expect(secrets.text('on: hunter2, hunter2-and-more.')).toBe(`on: ${'•'.repeat(7)}, ${'•'.repeat(16)}.`)
  expect(Buffer.from(secrets.bytes(Buffer.from('ahunter2bhunter2'))).toString()).toBe('a*******b*******')
  expect(secrets.fact({ kind: 'serial', device: 'blue', line: 'pw=hunter2', stream: 'out' })).toMatchObject({
    line: 'pw=•••••••',
  })
  const published = packetFact(
    Buffer.from(encode({ type: 'publish', topic: 't', payload: Buffer.from('my hunter2'), qos: 0 } as Sendable)),
  )
  const masked = secrets.fact(published) as Extract<Fact, { kind: 'packet' }>
  expect(Buffer.from(masked.raw).includes('hunter2')).toBe(false)
  expect(Buffer.from((masked.packet as { payload: Uint8Array }).payload).toString()).toBe('my *******')
})
