import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Decoder, Dialect } from '../../emulators/index.ts'
import { casesOf } from '../random-cases.testing.ts'
import { exactSource } from '../scenario/index.ts'
import { REASONS } from './malformed-says.ts'
import { PARTS, SAID, SAYS } from './says.ts'

const ROOM = import.meta.dirname

/** Each text of several words that stands in the code, what is filled in as `*`. */
function written(): readonly string[] {
  const files = readdirSync(ROOM, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !/test|reported|says|may-find|specification|statements/.test(name),
  )
  return files.flatMap((name) => {
    const code = readFileSync(`${ROOM}/${name}`, 'utf8')
      .replace(/\/\*.*?\*\//gs, '')
      .replace(/(^|\s)\/\/.*$/gm, '')
    const filled = /\$\{(?:[^{}`]|`[^`]*`|\{[^{}]*\})*\}/g
    const texts =
      /`((?:[^`\\$]|\\.|\$\{(?:[^{}`]|`[^`]*`|\{[^{}]*\})*\})*)`|'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"/g
    return [...code.matchAll(texts)]
      .map(([, template, single, double]) => (template ?? single ?? double ?? '').replace(filled, '*'))
      .filter((text) => text.includes(' '))
  })
}

test('each sentence of the lints can be claimed, and no other', () => {
  const sentences = new Set(written())
  expect([...sentences].filter((text) => !SAYS.includes(text) && !PARTS.includes(text))).toEqual([])
  expect([...SAYS, ...PARTS].filter((text) => !sentences.has(text))).toEqual([])
})

test.each([
  'packet id 7 is still in use',
  'a message that was not sent before has DUP set (packet id 3)',
  'malformed publish: both QoS bits are set [MQTT-3.3.1-4]',
  'topicAlias is 0',
  'topic "a\nb" matches only filters that were refused',
])('%s is said', (text) => {
  expect(SAID.may(text)).toBe(true)
})

test.each(['packet id 7 is in use', 'still in use', 'a thing that no lint says', ''])('%s is not', (text) => {
  expect(SAID.may(text)).toBe(false)
})

test.each([
  /packet id \d+ is still/,
  /QoS 0 PUBLISH/,
  /^PUBLISH 7 is sent again/,
  /sent again without DUP$/,
  /on "a b c"/,
  /no subscription asks for .* on "room/,
  /matches only filters/,
  /malformed subscribe: # stands/,
  /a PASSWORD flag/i,
  /will topic is not/,
  /lamp/,
  /PUBACK|PUBREC/,
  /(first|last) packet/,
  /messages? are/,
])('%s may be found', (regex) => {
  expect(SAID.mayFind(regex)).toBe(true)
})

test.each([
  /dublicate packet identifier/,
  /packet id \d+ was in use/,
  /no such words/,
  /^packet id \d+ is .* by another/,
  /a password flag is/i,
  /the lamp is on/,
])('%s is never found', (regex) => {
  expect(SAID.mayFind(regex)).toBe(false)
})

test('what is said of any bytes that are no packet can be claimed', () => {
  const said = new Set<string>()
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 15 }),
      fc.uint8Array({ maxLength: 24 }),
      fc.constantFrom(3, 4, 5),
      (type, body, level) => {
        const dialect = new Dialect()
        dialect.level = level
        const connect = [0, 4, 77, 81, 84, 84, level]
        const bytes = type === 1 ? [...connect, ...body] : [...body]
        const header = [(type << 4) | ([6, 8, 10].includes(type) ? 2 : 0), bytes.length]
        for (const { packet } of new Decoder(dialect).push(Uint8Array.from([...header, ...bytes])))
          if (packet.type === 'malformed') said.add(packet.reason)
      },
    ),
    { numRuns: casesOf(3000) },
  )
  expect(said.size).toBeGreaterThan(10)
  expect(
    [...said].filter((reason) => !REASONS.may(reason) || !REASONS.mayFind(new RegExp(exactSource(reason)))),
  ).toEqual([])
})
