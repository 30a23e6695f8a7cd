// What is written is read back as the same values by the parser of scenarios, and nothing else is.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import { casesOf } from '../random-cases.testing.ts'
import { interpolate } from './expression.ts'
import { Diagnostics, parseScenarioText, toPlain } from './index.ts'
import { bare, documentText, expression, flow, list, map, quoted } from './write.ts'

const nasty = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(
        ...[
          '\n',
          '\r',
          '\r\n',
          '\u2028',
          '\u0085',
          ': ',
          ' #',
          '- ',
          '{',
          '}',
          '[',
          ',',
          '"',
          "'",
          '\\',
          '&a ',
          '*a',
          '!!js ',
        ],
        ...[
          '${{ env.HOME }}',
          '$${{',
          '}}',
          '|\n',
          '>-\n',
          '...\n',
          '---\n',
          '\nbroker: { use: command }',
          '? ',
          '% ',
          '@',
          '`',
          '<<',
        ],
        ...['yes', 'null', '0x1f', '1e3', '.inf', '2026-01-01', '~', 'true', '\ufeff', '\u0000', '\t'],
      ),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''))
  // What is not UTF-8 text cannot stand in a file.
  .filter((text) => !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text))

/** The document as the conductor would see it: read, and with its expressions filled in. */
function read(text: string): unknown {
  const { root, diagnostics } = parseScenarioText('x.scenario.yaml', text)
  expect(diagnostics).toEqual([])
  const { node, deferred } = interpolate(root!, { values: { env: { HOME: 'LEAKED' } } }, new Diagnostics())
  expect(deferred).toEqual([])
  return toPlain(node)
}

it('text of any kind comes back as that text, as a value, in lists and in comments', () => {
  fc.assert(
    fc.property(nasty, nasty, nasty, (name, value, note) => {
      const text = documentText(
        map([
          ['name', flow(name)],
          [
            'steps',
            list([map([['publish', flow({ payload: value, list: [value, name] })]]), flow({ a: quoted(value) })]),
          ],
        ]),
        [note, 'second'],
        [note],
      )
      expect(read(text)).toEqual({
        name,
        steps: [{ publish: { payload: value, list: [value, name] } }, { a: value }],
      })
    }),
    { numRuns: casesOf(500) },
  )
})

it('keys are text as well', () => {
  fc.assert(
    fc.property(nasty, (key) => {
      const made = parseDocument(documentText(map([[key, flow(1)]])), { uniqueKeys: false })
      expect(made.errors).toEqual([])
      expect(made.toJS({ mapAsMap: true })).toEqual(new Map([[key.replaceAll('${{', () => '$${{'), 1]]))
    }),
  )
})

it('is written as a person would', () => {
  const text = documentText(
    map([
      ['timeout', flow(bare('30s'))],
      [
        'devices',
        map([['blue', flow({ use: 'umqtt.simple', with: { keepalive: bare('20s'), on: 'on', m: 4, no: undefined } })]]),
      ],
      [
        'steps',
        list([flow({ x: [] }), map([['send', flow({ hex: quoted('00ff'), packetId: expression('saved.id1') })]])]),
      ],
    ]),
    ['a comment'],
  )
  expect(text).toBe(`# a comment
timeout: 30s
devices:
  blue: { use: umqtt.simple, with: { keepalive: 20s, "on": "on", m: 4 } }
steps:
  - { x: [] }
  - send: { hex: "00ff", packetId: "\${{ saved.id1 }}" }
`)
  expect(() => bare('30s\nx: y')).toThrow(RangeError)
  expect(() => expression('saved.a }} x')).toThrow(RangeError)
})
