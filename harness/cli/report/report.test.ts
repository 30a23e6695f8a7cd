// Reporters and `hil report` from the command line: many at once, each where it belongs, and what
// cannot be written or read is told with the right exit code.

import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, hil } from '../testing.ts'

const folder = mkdtempSync(join(tmpdir(), 'hil-reporters-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = join(folder, 'hello.scenario.yaml')
const output = join(folder, 'results')

beforeAll(() => {
  const steps = '  - connect: blue\n  - expect: { packet: { to: blue, type: connack } }\n'
  writeFileSync(file, `name: hello\nversion: 1\ndevices: { blue: { use: umqtt.simple } }\nsteps:\n${steps}`)
})

describe('hil run --reporter', () => {
  let ended: Ended
  beforeAll(async () => {
    ended = await hil(
      'run',
      file,
      '--output',
      output,
      '--reporter',
      'dot',
      '--reporter',
      'html,json,junit',
      '--reporter=tap,ctrf,dot',
    )
  })

  it('takes many, each once, with commas or without', () => {
    expect(ended).toMatchObject({ code: 0, err: '' })
    for (const name of ['report.html', 'results.json', 'junit.xml', 'results.tap', 'ctrf-report.json'])
      expect(existsSync(join(output, name))).toBe(true)
    expect(ended.out).toMatch(/^·\n\n {2}1 passed in /)
  })

  it('leaves the terminal to one that has nothing else', async () => {
    expect(ended.out).not.toContain('TAP')
    const alone = await hil('run', file, '--output', output, '--reporter', 'tap')
    expect(alone.out).toBe(readFileSync(join(output, 'results.tap'), 'utf8'))
    expect(alone.out).toMatch(/^TAP version 14\n1\.\.1\nok 1 - hello\n/)
  })

  it('that there is none of is told, with what there is', async () => {
    const wrong = await hil('run', file, '--output', output, '--reporter', 'dor')
    expect(wrong).toMatchObject({ code: 2, out: '' })
    expect(wrong.err).toContain('did you mean "dot"?')
  })

  it('tells once what could not be recorded, after everything else, and exits 3', async () => {
    const full = join(folder, 'full')
    mkdirSync(full)
    for (const name of ['hello--aedes', 'hello--aedes--repeat1'])
      writeFileSync(
        join(
          full,
          `${join(folder, name)
            .replace(/[^A-Za-z0-9._-]+/g, '-')
            .replace(/^-/, '')}`,
        ),
        '',
      )
    const { code, out, err } = await hil('run', file, '--output', full, '--repeat-each', '2')
    expect(out).toContain('2 passed')
    expect(err).toMatch(
      /^error run\/not-recorded\n.* cannot be written: a file of that name is there; so it is with 1 more\n/,
    )
    expect(code).toBe(3)
    expect(existsSync(join(full, 'report.html'))).toBe(true)
  })

  it('where files cannot be written runs all, writes what it can, and exits 3', async () => {
    const full = join(folder, 'in-the-way')
    const record = join(full, `${file.slice(1).replaceAll('/', '-').replace('.scenario.yaml', '')}--aedes`)
    // A folder with something in it gives way to no file.
    for (const taken of [join(record, 'blue.pcapng'), join(full, 'report.html')]) {
      mkdirSync(taken, { recursive: true })
      writeFileSync(join(taken, 'x'), '')
    }
    const { code, out, err } = await hil('run', file, '--output', full, '--reporter', 'html,list,junit')
    expect(code).toBe(3)
    expect(out).toContain('1 passed')
    expect(err).toContain('report.html cannot be written: ')
    expect(err).toContain(`${record} cannot be written: `)
    expect(existsSync(join(full, 'junit.xml'))).toBe(true)
    expect(existsSync(record)).toBe(false)
  })
})

describe('hil report', () => {
  it('makes report.html again, and says where', async () => {
    await hil('run', file, '--output', output)
    const made = readFileSync(join(output, 'report.html'), 'utf8')
    rmSync(join(output, 'report.html'))
    expect(await hil('report', output)).toMatchObject({ code: 0, out: `${join(output, 'report.html')}\n`, err: '' })
    expect(readFileSync(join(output, 'report.html'), 'utf8') === made).toBe(true)
  })

  it.skipIf(process.platform === 'win32')('opens it in the browser that is named', async () => {
    const seen = join(folder, 'seen')
    const browser = join(folder, 'browser.cjs')
    const program = `const fs = require('fs'); fs.writeFileSync('${seen}.part', process.argv[2]); fs.renameSync('${seen}.part', '${seen}')`
    writeFileSync(browser, `#!${process.execPath}\n${program}\n`)
    chmodSync(browser, 0o755)
    const was = process.env.BROWSER
    process.env.BROWSER = browser
    try {
      expect(await hil('report', output, '--open')).toMatchObject({ code: 0, err: '' })
      await expect.poll(() => existsSync(seen)).toBe(true)
      expect(readFileSync(seen, 'utf8')).toBe(join(output, 'report.html'))
      process.env.BROWSER = join(folder, 'nothing')
      const none = await hil('report', output, '--open')
      expect(none.code).toBe(3)
      expect(none.err).toContain('report/no-browser')
    } finally {
      if (was === undefined) delete process.env.BROWSER
      else process.env.BROWSER = was
    }
  })

  it('of a folder without results, or with something else in it, says what it wants', async () => {
    const none = await hil('report', join(folder, 'nowhere'))
    expect(none).toMatchObject({ code: 2, out: '' })
    expect(none.err).toContain('hint: name the output folder of a run')
    const other = join(folder, 'other')
    mkdirSync(other)
    for (const text of ['{', '{"schema":"mqtt-hil/results","version":2}', '{"schema":"else"}']) {
      writeFileSync(join(other, 'results.json'), text)
      const wrong = await hil('report', other)
      expect(wrong).toMatchObject({ code: 2, out: '' })
      expect(wrong.err).toContain('is not the results of a run')
    }
  })
})
