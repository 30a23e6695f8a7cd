// Events with texts of a stranger in all their fields, through what writes events: XML, HTML, JSON and capture files. Each is
// read back as what it is, with nothing of the texts taken for structure.

import fc from 'fast-check'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { expect, it } from 'vitest'
import { instant } from '../../../emulators/index.ts'
import { captureOf } from '../../capture/index.ts'
import { type Event, readTimeline, writeTimeline } from '../../evidence/index.ts'
import { describe as inWords } from '../../expect/index.ts'
import { htmlText, xmlAttribute, xmlText } from '../../outside/index.ts'
import { hostile, nasty } from './texts.ts'

const events = (text: string, other: string): Event[] => {
  const bytes = new Uint8Array(Buffer.from(text))
  const raw = new Uint8Array([0x30, 0])
  const facts = [
    { kind: 'socket', device: 'blue', change: 'connected', by: 'device', connection: 1, detail: text },
    {
      kind: 'packet',
      device: 'blue',
      direction: 'up',
      connection: 1,
      packet: { type: 'publish', flags: 0, length: 0, topic: other, payload: bytes, qos: 0, retain: false, dup: false },
      raw,
      offset: 0,
      delivered: true,
    },
    { kind: 'serial', device: 'blue', line: text, stream: 'out' },
    { kind: 'message', topic: text, payload: bytes, qos: 0, retain: false, dup: false },
    { kind: 'device', device: 'blue', change: 'crashed', detail: other },
    { kind: 'broker', change: 'died', detail: text },
    { kind: 'fault', what: text, device: 'blue' },
    { kind: 'violation', device: 'blue', by: 'broker', statement: 'MQTT-3.3.2-3', what: text, of: 1 },
  ]
  return facts.map((fact, seq) => ({ ...fact, at: instant(seq), seq })) as unknown as Event[]
}

it('XML: a document with such texts is sound, and has the elements that were written', () => {
  const parser = new XMLParser({ ignoreAttributes: false })
  fc.assert(
    fc.property(hostile, hostile, (text, other) => {
      const told = events(text, other).map(inWords).join('\n')
      const xml = `<a b="${xmlAttribute(text)}"><c>${xmlText(told)}</c></a>`
      expect(XMLValidator.validate(xml)).toBe(true)
      const read = parser.parse(xml) as { a: Record<string, unknown> }
      expect(Object.keys(read)).toEqual(['a'])
      expect(Object.keys(read.a).sort()).toEqual(['@_b', 'c'])
    }),
  )
})

it('words: an event is one line, whatever is in it', () => {
  fc.assert(
    fc.property(nasty, nasty, (text, other) => {
      for (const event of events(text, other)) expect(inWords(event)).not.toMatch(/[\n\r\t\u2028]/)
    }),
  )
})

it('HTML: no such text has a tag, an entity or the end of an attribute in it', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(htmlText(text)).not.toMatch(/[<>"]|&(?!(amp|lt|gt|quot);)/)
    }),
  )
})

it('JSON: a timeline comes back as it was, an event a line', () => {
  fc.assert(
    fc.property(nasty, nasty, (text, other) => {
      const written = writeTimeline({ scenario: text }, events(text, other))
      expect(written.trimEnd().split('\n')).toHaveLength(9)
      expect(readTimeline(written).events).toEqual(events(text, other))
    }),
  )
})

it('pcapng: the blocks of a capture file follow each other to its end', () => {
  fc.assert(
    fc.property(hostile, hostile, (text, other) => {
      const startedAt = new Date(0)
      const settings = { device: 'blue', scenario: text, startedAt, events: events(text, other), titleOf: () => other }
      const file = Buffer.concat([...captureOf(settings)])
      let at = 0
      while (at < file.length) {
        const length = file.readUInt32LE(at + 4)
        expect(length % 4).toBe(0)
        expect(length).toBeGreaterThanOrEqual(12)
        expect(file.readUInt32LE(at + length - 4)).toBe(length)
        at += length
      }
      expect(at).toBe(file.length)
    }),
  )
})
