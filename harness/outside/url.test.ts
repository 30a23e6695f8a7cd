import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  isUrlWithoutScheme,
  withDottedLogins,
  withoutCredentials,
  withoutLogins,
  withoutUrlCredentials,
} from './url.ts'

it.each([
  ['redis://:PASSWORD@host:6379', 'redis://host:6379'],
  ['rediss://user:PASSWORD@host:6379/2', 'rediss://host:6379/2'],
  ['redis//:PASSWORD@host', 'host'],
  ['reids:/:PASSWORD@host', 'reids:/host'],
  [':PASSWORD@host:1', 'host:1'],
  ['mqtt://u:PASS/WORD@host', 'mqtt://host'],
  ['mqtt://u:PASSWORD@@host', 'mqtt://host'],
  ['mqtt://host/?password=PASSWORD', 'mqtt://host/'],
  ['mqtt://host#PASSWORD', 'mqtt://host'],
  ['mqtt://host:1883', 'mqtt://host:1883'],
  ['localhost', 'localhost'],
])('%s is shown as %s', (url, shown) => {
  expect(withoutCredentials(url)).toBe(shown)
})

it('no password is shown, whatever is mistyped around it', () => {
  const password = fc.stringMatching(/^[A-Za-z0-9/?#:@!$ ]{6,20}$/).map((text) => `Q${text}Q`)
  fc.assert(
    fc.property(
      fc.constantFrom('redis://', 'rediss:/', 'mqtt:', '', '//', 'x://'),
      fc.string(),
      password,
      (scheme, user, secret) => {
        expect(withoutCredentials(`${scheme}${user}:${secret}@host:1`)).not.toContain(secret)
      },
    ),
  )
})

it('is found inside of other text', () => {
  expect(withoutUrlCredentials('connect to "redis://:PASSWORD@10.0.0.1" and mqtts://a:b@c failed')).toBe(
    'connect to "redis://10.0.0.1" and mqtts://c failed',
  )
})

it.each([
  ['user:PASSWORD@host', true],
  ['//user:PASSWORD@host', true],
  ['localhost:1883', true],
  ['[::1]:1883', true],
  ['broker.test:8080/mqtt', true],
  ['aedes@3', false],
  ['mosquito', false],
])('%s is the URL of a broker without its scheme: %s', (text, is) => {
  expect(isUrlWithoutScheme(text)).toBe(is)
})

it('a login without a scheme is not repeated by a complaint, and is dots in a line that names a broker', () => {
  expect(withoutLogins('--listen user:PASSWORD@host: expected PORT')).toBe('--listen host: expected PORT')
  expect(withoutLogins('x.yaml:3:1 error at 12:30, mail a@b.c')).toBe('x.yaml:3:1 error at 12:30, mail a@b.c')
  expect(withDottedLogins('broker: { use: "u:PASSWORD@h" }')).toBe('broker: { use: "u:••••••••@h" }')
  expect(withDottedLogins('payload: "u:PASSWORD@h"')).toBe('payload: "u:PASSWORD@h"')
})
