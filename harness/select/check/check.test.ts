import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Diagnostic } from '../../scenario/index.ts'
import type { SelectArguments } from '../args.ts'
import { type Checked, check, checkShare } from './check.ts'
import { shareOf, threadsFor } from './share.ts'

/** From the sources a thread is that of the last build. */
const THREAD = resolve(import.meta.dirname, '../../../dist/harness/select/check/thread.js')

const sources = fc
  .array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 40 })
  .map((sizes) => sizes.map((size, k) => ({ file: `${k}`, text: 'x'.repeat(size) })))

describe('shares of files', () => {
  it('have all files together, each once and in their order, and none is much larger than its part', () => {
    fc.assert(
      fc.property(sources, fc.integer({ min: 1, max: 6 }), (all, of) => {
        const shares = Array.from({ length: of }, (_, k) => shareOf(all, k, of))
        expect(shares.flat()).toEqual(all)
        const size = (some: typeof all): number => some.reduce((sum, { text }) => sum + text.length, 0)
        const largest = Math.max(...all.map(({ text }) => text.length))
        for (const share of shares) expect(size(share)).toBeLessThanOrEqual(size(all) / of + largest)
      }),
    )
  })

  it('are as many as there is work for, and processors', () => {
    const some = (characters: number) => [{ file: 'a', text: 'x'.repeat(characters) }]
    expect(threadsFor(some(1000), 8)).toBe(1)
    expect(threadsFor(some(700_000), 8)).toBe(2)
    expect(threadsFor(some(5_000_000), 8)).toBe(4)
    expect(threadsFor(some(5_000_000), 2)).toBe(2)
    expect(threadsFor([], 2)).toBe(1)
  })
})

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'hil-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

async function checked(args: SelectArguments, threads: number): Promise<Checked & { said: Diagnostic[] }> {
  const said: Diagnostic[] = []
  const onDiagnostic = (one: Diagnostic): void => void said.push(one)
  return { ...(await check(args, { seed: 1, onDiagnostic }, () => threads, THREAD)), said }
}

const scenario = (name: string, steps: string): string =>
  `name: ${name}\nversion: 1\nmatrix: { n: [1, 2] }\ndevices:\n  blue: { use: umqtt.simple }\nsteps:\n${steps}\n`

describe('a check in threads', () => {
  it('says what one thread says, in the same order', async () => {
    expect(existsSync(THREAD), 'npm run build').toBe(true)
    const folder = folderOf({
      'a.scenario.yaml': scenario('a', '  - conect: blue'),
      'b.scenario.yaml': scenario('b', '  - connect: blue'),
      'c.scenario.yaml': `${scenario('c', '  - connect: red')}skip: not now\n`,
      'd.scenario.yaml': `${scenario('d', '  - connect: blue')}skip: later\n`,
      'e.scenario.yaml': 'name: [',
      'gaps.yaml': 'version: 1\ngaps:\n  - { statements: [MQTT-9.9.9-9], broker: aedes, reason: none }\n',
    })
    const alone = await checked({ paths: [folder], broker: ['aedes', 'reference'] }, 1)
    const shared = await checked({ paths: [folder], broker: ['aedes', 'reference'] }, 3)
    expect(shared).toEqual(alone)
    expect(alone.errors).toBeGreaterThan(3)
    expect(alone.skips).toEqual(new Map([['later', 4]]))
  })

  it('has the problem of a thread as its answer', async () => {
    const folder = folderOf({ 'a.scenario.yaml': scenario('a', '  - connect: blue') })
    const answer = await checkShare({ args: { paths: [folder], vars: { nowhere: '1' } }, options: {}, index: 0, of: 2 })
    expect(answer).toMatchObject({ problem: { message: expect.stringContaining('nowhere') } })
    const program = folderOf({
      'says.mjs': `import { parentPort } from 'node:worker_threads'
parentPort.postMessage({ problem: { code: 'select/some', message: 'some message', hint: 'some hint' } })`,
    })
    const says = check({ paths: [folder] }, { onDiagnostic: () => {} }, () => 2, join(program, 'says.mjs'))
    await expect(says).rejects.toMatchObject({ code: 'select/some', message: 'some message', hint: 'some hint' })
  })

  it('ends with an error where a thread dies', async () => {
    const folder = folderOf({ 'a.scenario.yaml': scenario('a', '  - connect: blue'), 'dies.mjs': 'process.exit(3)' })
    const dies = check({ paths: [folder] }, { seed: 1, onDiagnostic: () => {} }, () => 2, join(folder, 'dies.mjs'))
    await expect(dies).rejects.toThrow('a thread of the check ended with 3 before it answered')
  })
})
