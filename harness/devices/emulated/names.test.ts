// What a claim may call an exception is what the text of the emulated libraries raises.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { RAISED } from './kind.ts'

const ROOT = join(import.meta.dirname, '../../../emulators')
/** Thrown inside of a library or of a fleet's program, and caught there. */
const INSIDE = ['Woken', 'false']

it('names every exception that the emulated libraries raise', () => {
  const texts = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('test'))
    .map((name) => readFileSync(join(ROOT, name), 'utf8'))
  const raised = texts.flatMap((text) =>
    [...text.matchAll(/new PythonError\('([A-Za-z]\w+)'/g)].map(([, name]) => name!),
  )
  expect(raised.length).toBeGreaterThan(20)
  expect([...new Set(raised)].filter((name) => !RAISED.includes(name) && !INSIDE.includes(name))).toEqual([])
})
