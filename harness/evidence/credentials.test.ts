// Credentials are nowhere in the bytes of a packet that is shown, however broken the packet is.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { casesOf } from '../random-cases.testing.ts'
import { maskCredentials } from './credentials.ts'

const text = (value: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes])
}
const withLength = (first: number, body: Buffer): Buffer => Buffer.concat([Buffer.from([first, body.length]), body])

const SECRET = 'hunter2-hunter2'
const AUTH_DATA = 'scram-secret'

const connect = (flags = 0xc2, name = 'MQTT', level = 4): Buffer =>
  withLength(
    0x10,
    Buffer.concat([text(name), Buffer.from([level, flags, 0, 60]), text('client'), text('user'), text(SECRET)]),
  )

const connect5 = (): Buffer => {
  const method = Buffer.concat([Buffer.from([0x15]), text('SCRAM')])
  const data = Buffer.concat([Buffer.from([0x16]), text(AUTH_DATA)])
  const properties = Buffer.concat([Buffer.from([0x11, 0, 0, 0, 9]), method, data])
  return withLength(
    0x10,
    Buffer.concat([
      text('MQTT'),
      Buffer.from([5, 0xc2, 0, 60, properties.length]),
      properties,
      text('client'),
      text('user'),
      text(SECRET),
    ]),
  )
}

const shown = (raw: Uint8Array): string => Buffer.from(maskCredentials(raw)).toString('latin1')

it('a sound CONNECT keeps all but its password; one without is the same array', () => {
  expect(shown(connect())).toContain('user')
  expect(shown(connect())).not.toContain('hunter')
  const bare = withLength(0x10, Buffer.concat([text('MQTT'), Buffer.from([4, 2, 0, 60]), text('client')]))
  expect(maskCredentials(bare)).toBe(bare)
  expect(maskCredentials(Buffer.from('3003000161', 'hex'))).toEqual(Buffer.from('3003000161', 'hex'))
})

it('authentication data of MQTT 5 is masked in CONNECT, CONNACK and AUTH', () => {
  expect(shown(connect5())).toContain('SCRAM')
  expect(shown(connect5())).not.toMatch(/hunter|secret/)
  const data = Buffer.concat([Buffer.from([0x16]), text(AUTH_DATA)])
  const properties = Buffer.concat([Buffer.from([data.length]), data])
  expect(shown(withLength(0x20, Buffer.concat([Buffer.from([0, 0]), properties])))).not.toContain('secret')
  expect(shown(withLength(0xf0, Buffer.concat([Buffer.from([0x18]), properties])))).not.toContain('secret')
})

it('a CONNECT that is broken anywhere shows no part of its password', () => {
  const sound = [connect(), connect5(), connect(0xc2, 'MQIsdp', 3), connect(0xc2, 'XXXX', 9), connect(0x02)]
  fc.assert(
    fc.property(fc.constantFrom(...sound), fc.nat(200), fc.nat(255), fc.nat(200), (raw, at, value, length) => {
      const end = raw.indexOf(SECRET)
      const broken = Buffer.from(raw)
      // Anything before the password may be wrong, but the type: that is what makes it a CONNECT.
      const index = 1 + (at % (end - 1))
      // With flags that announce no password it is another packet, whose fields mean other things.
      fc.pre(index !== 5 + raw[3]! || (value & 0x40) !== 0)
      broken[index] = value
      const cut = broken.subarray(0, Math.max(1, raw.length - (length % raw.length)))
      const seen = shown(cut)
      for (let k = 0; k + 6 <= SECRET.length; k++) expect(seen).not.toContain(SECRET.slice(k, k + 6))
    }),
    { numRuns: casesOf(3000) },
  )
})
