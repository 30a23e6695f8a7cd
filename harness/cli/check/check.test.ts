// `hil check --json`: what is wrong, for programs. Standard output is JSON whatever is wrong, and nothing else.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hil, Scratch } from '../testing.ts'

const GOOD = 'name: n\nversion: 1\ndevices:\n  blue: { use: umqtt.simple }\nsteps:\n  - connect: blue\n'

async function check(text: string, ...flags: string[]) {
  using scratch = new Scratch()
  const file = join(scratch.path, 'x.scenario.yaml')
  writeFileSync(file, text)
  const { code, out, err } = await hil('check', '--json', file, ...flags)
  expect(err).toBe('')
  return { code, file, found: JSON.parse(out) as Record<string, unknown> }
}

describe('hil check --json', () => {
  it('says of what is right that nothing is wrong', async () => {
    const { code, found } = await check(GOOD)
    expect(code).toBe(0)
    expect(found).toEqual({
      ...{ schema: 'mqtt-hil/check', version: 1, files: 1, scenarios: 1, errors: 0, warnings: 0 },
      diagnostics: [],
    })
  })

  it('gives each mistake with its place, code, message and hint', async () => {
    const { code, file, found } = await check(
      GOOD.replace('- connect: blue', '- conect: blue\n  - publish: { device: bleu }'),
    )
    expect(code).toBe(2)
    expect(found).toMatchObject({ files: 1, scenarios: 0 })
    expect(found.diagnostics).toHaveLength(found.errors as number)
    expect(found.diagnostics).toContainEqual({
      ...{ file, line: 6, column: 5, length: 6, code: 'scenario/unknown-step', severity: 'error' },
      message: expect.stringContaining('conect'),
      hint: expect.stringContaining('connect'),
    })
  })

  it('gives a mistake once, however many brokers it is compiled for', async () => {
    const { found } = await check(GOOD.replace('connect', 'conect'), '--broker', 'aedes', '--broker', 'mosquitto')
    expect(found).toMatchObject({ errors: 1 })
  })

  it('gives what stands in no file as well', async () => {
    const { code, out, err } = await hil('check', '--json', 'nowhere')
    expect({ code, err }).toEqual({ code: 2, err: '' })
    expect(JSON.parse(out)).toMatchObject({
      errors: 1,
      diagnostics: [
        { file: null, line: null, column: null, length: null, code: 'cli/no-such-path', severity: 'error' },
      ],
    })
  })

  it('exits 5 when nothing matched', async () => {
    const { code, found } = await check(GOOD, '--grep', 'no matching event')
    expect({ code, found }).toMatchObject({ code: 5, found: { scenarios: 0, errors: 0 } })
  })
})
