import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { maySay, SAYS } from './says.ts'

const ROOM = import.meta.dirname

/** Parts of sentences, and texts that are no findings. */
const PARTS = [
  ' of a *',
  '(empty) *',
  '* *',
  '*ms before its delay is over',
  ', ',
  'a keep alive',
  'a reason string',
  'a server keep alive',
  'a will',
  'after a DISCONNECT with reason code 0',
  'by client',
  'by server',
  'from its start',
  'in part',
  'no subprotocol',
  "none of the client's filters",
  'only filters that were refused',
  'though its client came back before the will delay was over',
  'truncated at the end of the connection',
  'user properties',
]

/** Each text of several words that stands in the code, what is filled in as `*`. */
function written(): readonly string[] {
  const files = readdirSync(ROOM, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !/test|reported|says|specification|statements/.test(name),
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
  expect(maySay(text)).toBe(true)
})

test.each(['packet id 7 is in use', 'still in use', 'a thing that no lint says', ''])('%s is not', (text) => {
  expect(maySay(text)).toBe(false)
})
