// The examples of docs/semantics.md are run, and each comes out as its first line says.

import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runText } from './run/testing.ts'

const page = readFileSync(join(resolve(import.meta.dirname, '..'), 'docs/semantics.md'), 'utf8')
const examples = [...page.matchAll(/^```yaml\n# truth: (\w+)\n(.*?)^```$/gms)].map(([, truth, text]) => ({
  truth: truth!,
  text: text!,
  name: /^name: (.*)$/m.exec(text!)![1]!,
}))

describe('docs/semantics.md', () => {
  it('has examples, and each says its truth', () => {
    expect(examples.length).toBeGreaterThan(10)
    expect(examples.length).toBe([...page.matchAll(/^```yaml$/gm)].length)
  })

  // In virtual time their truth does not depend on how fast the machine is.
  it.each(examples)('$truth: $name', async ({ truth, text }) => {
    const run = await runText(text, { clock: 'virtual' })
    expect(run.status, JSON.stringify(run.verdicts.at(-1))).toBe(truth === 'pass' ? 'passed' : 'failed')
  })
})
