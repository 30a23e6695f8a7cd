// A first project in an empty folder: it is written, it passes, and nothing that was there is touched.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { needs } from '../../brokers/needs.testing.ts'
import { hilIn, Scratch } from '../testing.ts'
import { ask } from './answers.ts'

const SENSOR = `import { connect } from 'node:net'
const socket = connect(Number(process.env.HIL_PORT), process.env.HIL_HOST)
socket.write(Buffer.from('100f00044d5154540402003c000373656e', 'hex'))
socket.on('data', (bytes) => console.log(bytes.toString('hex')))
`

const cHere = await needs('make', 'cc', 'sh')

describe('hil init', () => {
  it.each([
    ['hello', [], 1],
    ['MQTT 5', ['--mqtt', '5'], 1],
    ['broker', ['--test', 'broker'], 3],
    ['micropython', ['--test', 'micropython', '--ci', 'github'], 2],
    ['device', ['--test', 'device', '--command', 'node firmware/main.mjs', '--ci', 'github'], 2],
  ])(
    '--yes for %s: what it writes is checked and passes',
    async (_, args, passed) => {
      using scratch = new Scratch()
      mkdirSync(join(scratch.path, 'firmware'))
      writeFileSync(join(scratch.path, 'firmware/main.mjs'), SENSOR)
      const made = await hilIn(scratch.path, 'init', '--yes', ...args)
      expect(made).toMatchObject({ code: 0, err: '' })
      expect(await hilIn(scratch.path, 'check')).toMatchObject({ code: 0, err: '' })
      const ran = await hilIn(scratch.path, 'run')
      expect(ran).toMatchObject({ code: 0, err: '' })
      expect(ran.out).toContain(`${passed} passed`)
    },
    60_000,
  )

  it.skipIf(cHere.skip)(
    `--yes for c: it is built by what it says, and passes${cHere.why}`,
    async () => {
      using scratch = new Scratch()
      const made = await hilIn(scratch.path, 'init', '--yes', '--test', 'c', '--ci', 'github')
      const build = /^ +(make -C firmware) /m.exec(made.out)![1]!
      execFileSync('sh', ['-c', build], { cwd: scratch.path })
      expect(await hilIn(scratch.path, 'run')).toMatchObject({ code: 0, out: expect.stringContaining('2 passed') })
      expect(readFileSync(join(scratch.path, '.github/workflows/hil.yml'), 'utf8')).toContain(`- run: ${build}`)
      expect(readFileSync(join(scratch.path, '.gitignore'), 'utf8')).toContain('firmware/device\n')
    },
    120_000,
  )

  it('leaves every file that is there as it is, and tells so', async () => {
    using scratch = new Scratch()
    const mine = join(scratch.path, 'harness.config.ts')
    writeFileSync(mine, 'export default {}\n')
    writeFileSync(join(scratch.path, '.gitignore'), '/results')
    const { code, out } = await hilIn(scratch.path, 'init', '--yes')
    expect(code).toBe(0)
    expect(out).toContain('= harness.config.ts kept')
    expect(readFileSync(mine, 'utf8')).toBe('export default {}\n')
    expect(readFileSync(join(scratch.path, '.gitignore'), 'utf8')).toBe('/results\nnode_modules/\n')
    const again = JSON.parse((await hilIn(scratch.path, 'init', '--yes', '--json')).out)
    expect(again).toMatchObject({ test: 'hello', broker: 'aedes', ci: 'none', written: [] })
    expect(again.kept).toHaveLength(4)
  })

  it('writes no password into the config', async () => {
    using scratch = new Scratch()
    await hilIn(scratch.path, 'init', '--yes', '--broker', 'mqtt://ann:s3cr3t-word@broker.test:1884')
    const config = readFileSync(join(scratch.path, 'harness.config.ts'), 'utf8')
    expect(config).toContain("url: 'mqtt://broker.test:1884', username: process.env.MQTT_USERNAME")
    expect(config).not.toContain('s3cr3t-word')
  })

  it('asks nobody where nobody can answer, and writes nothing', async () => {
    using scratch = new Scratch()
    const { code, err } = await hilIn(scratch.path, 'init')
    expect(code).toBe(2)
    expect(err).toContain('error cli/no-terminal')
    expect(err).toContain('hil init --yes')
    expect(readdirSync(scratch.path)).toEqual([])
  })

  it('knows its brokers', async () => {
    using scratch = new Scratch()
    const { code, err } = await hilIn(scratch.path, 'init', '--yes', '--broker', 'mosquito')
    expect(code).toBe(2)
    expect(err).toContain('did you mean "mosquitto"')
    expect(existsSync(join(scratch.path, 'harness.config.ts'))).toBe(false)
  })
})

describe('the questions', () => {
  const none = { yes: false, json: false }

  function terminalOf(...lines: readonly string[]) {
    const stdin = new PassThrough()
    let said = ''
    const rest = [...lines]
    const stdout = new Writable({
      write(chunk, _, done) {
        said += chunk
        if (/\(\S+\) $/.test(String(chunk))) {
          const line = rest.shift()
          if (line === undefined) stdin.end()
          else stdin.write(`${line}\n`)
        }
        done()
      },
    })
    return { streams: { stdin, stdout } as never, said: () => said }
  }

  it('are answered by a word, by its beginning, or by Enter', async () => {
    const { streams } = terminalOf('dev', 'python3 main.py', 'mqtt://box:1884', '')
    expect(await ask(none, streams)).toEqual({
      test: 'device',
      command: 'python3 main.py',
      broker: 'mqtt://box:1884',
      ci: 'github',
      mqtt: '3.1.1',
    })
  })

  it('are asked again after a word that is no answer', async () => {
    const { streams, said } = terminalOf('everything', 'hello', '', 'none')
    expect(await ask(none, streams)).toMatchObject({ test: 'hello', broker: 'aedes', ci: 'none' })
    expect(said()).toContain('everything: it is one of hello, broker, device')
  })

  it('are not asked when the command line has the answer', async () => {
    const { streams, said } = terminalOf()
    const given = { ...none, test: 'broker', broker: 'aedes', ci: 'none' } as const
    expect(await ask(given, streams)).toMatchObject({ test: 'broker', broker: 'aedes', ci: 'none' })
    expect(said()).toBe('')
  })

  it('end with the input', async () => {
    const { streams } = terminalOf('hello')
    expect(await ask(none, streams)).toBeNull()
  })
})
