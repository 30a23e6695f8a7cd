// The command line as somebody meets it who has not read the manual: each mistake gives one clear
// message and the exit code of docs/results.md, never a stack trace.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Ended, HIL, hil, Scratch, start } from './testing.ts'

const HELLO = 'scenarios/01-hello.scenario.yaml'
const STEADY = 'scenarios/load/steady.scenario.yaml'

/** One complaint with this code, and nothing that looks like a bug of ours. */
function expectComplaint({ code, err }: Ended, exit: number, complaint: string, told: string | RegExp): void {
  const codes = [...err.matchAll(/(?:^| )error (\S+\/\S+)$/gm)].map((match) => match[1])
  expect(err).not.toMatch(/internal\/bug|^ +at /m)
  expect(codes).toEqual([complaint])
  expect(err).toMatch(told)
  expect(code).toBe(exit)
}

describe('a wrong command line', () => {
  it.each<[string, number, string, string | RegExp]>([
    ['', 2, 'cli/usage', 'A command is needed.'],
    ['rnu', 2, 'cli/unknown-command', 'did you mean "run"?'],
    ['frobnicate', 2, 'cli/unknown-command', 'there is run, watch, check, list'],
    ['--hlep', 2, 'cli/unknown-flag', 'did you mean "--help"?'],
    ['run --retires 3', 2, 'cli/unknown-flag', /hil run has no --retires\n.*did you mean "--retries"\?/],
    ['run -Z', 2, 'cli/unknown-flag', 'hil run has no -Z'],
    ['run --no-such-flag', 2, 'cli/unknown-flag', 'hil run has no --no-such-flag'],
    ['run -j', 2, 'cli/usage', '-j needs a value'],
    [`run ${HELLO} -j 0`, 2, 'cli/bad-number', '--jobs: expected a whole number, at least 1'],
    [`run ${HELLO} --repeat-each abc`, 2, 'cli/bad-number', '--repeat-each'],
    [`run ${HELLO} --timeout 5`, 2, 'select/bad-duration', 'write "5s" or "5ms"'],
    [`run ${HELLO} --global-timeout soon`, 2, 'select/bad-duration', '--global-timeout'],
    [`run ${HELLO} --shard 2/1`, 2, 'cli/bad-shard', 'N from 1 to M'],
    [`run ${HELLO} --shard 2/2`, 5, 'cli/nothing-matched', 'part 2/2 has none'],
    [`run ${HELLO} --reporter lst`, 2, 'cli/unknown-reporter', 'did you mean "list"?'],
    [`run ${HELLO} --grep (`, 2, 'select/bad-regex', '--grep ('],
    [`run ${HELLO} --grep nothing.is.called.that`, 5, 'cli/nothing-matched', 'none of 1 scenario'],
    [`run ${HELLO} --var x`, 2, 'select/bad-var', 'expected NAME=VALUE'],
    ['check scenarios/devices --var keepalivee=2s', 2, 'select/unknown-var', 'did you mean "keepalive"?'],
    [`load ${STEADY} --ifaddr nonsense`, 2, 'cli/bad-address', 'nonsense is not an address of this machine'],
    [`load ${STEADY} --ifaddr 192.0.2.77`, 2, 'cli/bad-address', 'there is 127.0.0.1'],
    [`load ${STEADY} --count 0`, 2, 'cli/bad-count', 'at least 1'],
    [`load ${STEADY} --broker localhost:1883`, 2, 'select/unknown-broker', 'mqtt://localhost:1883'],
    ['completion tcsh', 2, 'cli/usage', /^ {2}tcsh: it is one of bash/m],
    ['device windowsill frobnicate', 2, 'cli/usage', /^ {2}frobnicate: it is one of repl/m],
    ['judge package.json', 2, 'select/unreadable', 'a file stands where a folder should be'],
    ['emulate umqtt.simple -h mqtt://localhost -t a', 2, 'cli/bad-address', '--host takes the name'],
    ['coverage no/such', 2, 'cli/no-results', 'name the output folder'],
    ['coverage package.json', 2, 'cli/no-results', 'is not the results of a run'],
    ['coverage --require 95', 2, 'cli/bad-percent', 'write "95%"'],
    [`run ${HELLO} --bind blue`, 2, 'select/bad-bind', 'expected DEVICE=CLIENT'],
    [`run ${HELLO} --bind blu=umqtt.robust`, 2, 'select/unknown-bind', 'did you mean "blue"?'],
    [`run ${HELLO} --bind blue=umqtt.robst`, 2, 'binding/unknown-kind', 'did you mean "umqtt.robust"?'],
    [`run ${HELLO} --broker ftp://u:secret@x`, 2, 'select/bad-broker', /the scheme ftp is none of(?!.*secret)/s],
    [`run ${HELLO} --broker ssl://u:secret@x`, 2, 'select/bad-broker', /write mqtts:\/\/ in place of ssl(?!.*secret)/s],
    [`run ${HELLO} --broker mqtt://u:sec/ret@x`, 2, 'select/bad-broker', /%2F for \/(?!.*sec)/s],
    [`run ${HELLO} --broker mqtt://u:sec%ret@x`, 2, 'select/bad-broker', /%25 for %(?!.*sec)/s],
    [`run ${HELLO} --broker mqtt://localhost:99999`, 2, 'select/bad-broker', 'port 99999 is too large'],
    [`run ${HELLO} --config no/such.ts`, 2, 'config/not-found', 'no/such.ts does not exist'],
    [`run ${HELLO} --output package.json`, 3, 'report/bad-output', 'a file of that name is there'],
    [`run ${HELLO} --output package.json/x`, 3, 'report/bad-output', 'a file stands where a folder should be'],
    ['schema --output package.json/x', 3, 'report/not-written', 'package.json/x cannot be written'],
    ['run no/such/folder', 2, 'cli/no-such-path', 'no/such/folder does not exist'],
    ['judge', 2, 'cli/usage', 'hil judge <folder>'],
    ['judge no/such/folder', 2, 'cli/no-such-path', 'no such file or folder'],
    ['judge docs', 2, 'cli/no-record', 'no timeline.ndjson in docs'],
    ['clients umqtt.simpel', 2, 'cli/unknown-client', 'did you mean "umqtt.simple"?'],
    ['clients a b', 2, 'cli/usage', 'hil clients takes no argument "b"'],
    ['emulate', 2, 'cli/usage', 'hil emulate <what>'],
    ['emulate umqtt.simpel', 2, 'cli/unknown-client', 'did you mean "umqtt.simple"?'],
    ['emulate umqtt.simple -m hi', 2, 'cli/no-topic', '-t TOPIC'],
    ['emulate umqtt.simple -q 5', 2, 'cli/usage', '--qos 5: it is one of 0, 1, 2'],
    ['emulate umqtt.simple -p 99999', 2, 'cli/bad-number', '--port'],
    ['emulate umqtt.simple -p mqtt', 2, 'cli/bad-number', '--port'],
    ['emulate umqtt.simple -k 2.5', 2, 'cli/bad-number', '--keepalive'],
    ['emulate umqtt.simple -t a b', 2, 'cli/usage', 'takes no argument "b"'],
    ['emulate umqtt.simple --with keepalive', 2, 'cli/bad-option', 'expected NAME=VALUE'],
    ['emulate umqtt.simple --with keepaliv=3', 2, 'cli/bad-option', 'did you mean "keepalive"?'],
    ['emulate umqtt.simple --with keepalive=abc', 2, 'cli/bad-option', 'such as 30s'],
    ['emulate umqtt.simple --with ssl=yes', 2, 'cli/bad-option', 'expected true, false'],
    ['emulate umqtt.simple --with server=x', 2, 'cli/bad-option', '-h says that'],
    ['emulate umqtt.simple --with user=@no/such/file', 2, 'select/unreadable', 'no such file'],
    ['emulate umqtt.simple@1.7.2', 2, 'cli/unknown-version', 'did you mean "1.7.1"?'],
    ['emulate minimqtt@7', 2, 'cli/unknown-version', 'it is there as 8.1.0 only'],
    ['emulate umqtt.simple@', 2, 'cli/bad-version', 'CLIENT@VERSION'],
    ['emulate umqtt.simple --will-payload x', 2, 'cli/no-topic', '--will-topic'],
    ['emulate button-led', 2, 'client/missing-option', 'needs the option name'],
    ['emulate button-led -m hi', 2, 'cli/unused-flag', '--message is for clients'],
  ])('hil %s: exits %i with %s', async (line, exit, complaint, told) => {
    expectComplaint(await hil(...line.split(' ').filter((word) => word !== '')), exit, complaint, told)
  })

  it.concurrent.each(['run', 'check', 'list', 'judge', 'emulate', 'clients', 'schema'])(
    'hil %s --help tells all',
    async (command) => {
      const { code, out, err } = await hil(command, '--help')
      expect(out).toMatch(new RegExp(`^hil ${command}`))
      expect({ code, err }).toEqual({ code: 0, err: '' })
    },
  )

  it('of a flag that is given twice the last one counts, of one that takes several all', async () => {
    const few = ['scenarios/01-hello.scenario.yaml', 'scenarios/02-button-led.scenario.yaml']
    const last = await hil('list', ...few, '-g', 'hello', '-g', 'button')
    expect(last.out).toContain('02-button-led')
    expect(last.out).not.toContain('01-hello')
    const both = await hil('list', '--tag', 'demo', '--tag', 'tutorial', ...few)
    expect(both.out.trim().split('\n')).toHaveLength(1)
  })

  it.concurrent('speaks one language, whatever the environment says', async () => {
    const child = spawn(process.execPath, [HIL, 'emulate', 'umqtt.simple', '-q', '5'], {
      env: { ...process.env, LC_ALL: 'de_DE.UTF-8' },
    })
    let err = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
    await once(child, 'close')
    expect(err).toContain('--qos 5: it is one of 0, 1, 2')
  })
})

describe('a file that is no scenario', () => {
  it.each<[string, string | Buffer, string, string | RegExp]>([
    ['empty', '', 'scenario/empty', ':1:1'],
    ['only comments', '# nothing\n# here\n', 'scenario/empty', 'steps:'],
    ['binary', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 0x1b, 0x5b]), 'select/unreadable', 'a NUL character'],
    ['Latin-1', Buffer.from('name: Gr\xfc\xdfe\n', 'latin1'), 'select/unreadable', 'not text in UTF-8'],
    [
      'an unknown broker',
      'name: x\nversion: 1\nbroker: mosquito\nsteps: [{ delay: 1ms }]\n',
      'select/unknown-broker',
      /:3:1 .*did you mean "mosquitto"/s,
    ],
    [
      'options that its broker has not',
      'name: x\nversion: 1\nbroker: { use: aedes, with: { quueLimit: 3 } }\nsteps: [{ delay: 1ms }]\n',
      'broker/bad-options',
      /:3:1 .*unknown option "quueLimit"; did you mean "queueLimit"\?/s,
    ],
  ])('%s', async (_, text, complaint, told) => {
    using scratch = new Scratch()
    const file = join(scratch.path, 'x.scenario.yaml')
    writeFileSync(file, text)
    expectComplaint(await hil('run', file, '--output', join(scratch.path, 'out')), 2, complaint, told)
    expect(readdirSync(scratch.path)).toEqual(['x.scenario.yaml'])
  })

  it('an empty folder: nothing matched', async () => {
    using scratch = new Scratch()
    for (const command of ['run', 'check', 'list'])
      expectComplaint(await hil(command, scratch.path), 5, 'cli/nothing-matched', 'ends in .scenario.yaml')
  })
})

describe('a config', () => {
  it.each<[string, string, string, string | RegExp]>([
    ['a.ts', 'export default { brokr: "aedes" }\n', 'config/invalid', 'did you mean "broker"?'],
    ['a.ts', 'export default { broker: \n', 'config/broken', /a\.ts:2:1 .*Unexpected token/s],
    ['a.mjs', 'export default {\n  jobs: 4,,\n}\n', 'config/broken', /a\.mjs:2:\d+ .*Unexpected token/s],
    ['a.mjs', '\nthrow new Error("no such bench")\n', 'config/broken', /a\.mjs:2:1 .*no such bench/s],
    ['a.ts', 'export const jobs = 4\n', 'config/broken', 'no default export'],
    ['a.cjs', 'module.exports = { jobs: 0 }\n', 'config/invalid', 'jobs'],
  ])('%s with a mistake', async (name, text, complaint, told) => {
    using scratch = new Scratch()
    const file = join(scratch.path, name)
    writeFileSync(file, text)
    expectComplaint(await hil('list', HELLO, '--config', file), 2, complaint, told)
  })
})

describe('--last-failed', () => {
  it('runs what failed, and when all of it passed, says that nothing is left', async () => {
    using scratch = new Scratch()
    const wanted = join(scratch.path, 'x.scenario.yaml')
    const out = join(scratch.path, 'out')
    const passing = readFileSync('scenarios/01-hello.scenario.yaml', 'utf8')
    writeFileSync(wanted, passing.replaceAll('packetId: 1', 'packetId: 7'))
    const again = (): Promise<Ended> => hil('run', HELLO, wanted, '--last-failed', '--output', out)
    expectComplaint(await again(), 2, 'cli/no-last-run', 'run once without it')
    expect(await hil('run', HELLO, wanted, '--output', out)).toMatchObject({ code: 1 })
    expect(await again()).toMatchObject({ code: 1, out: expect.stringContaining('0 passed, 1 failed') })
    writeFileSync(wanted, passing)
    expect(await again()).toMatchObject({ code: 0, out: expect.stringContaining('1 passed') })
    expectComplaint(await again(), 5, 'cli/nothing-matched', 'failed the last time')
    writeFileSync(join(out, 'results.json'), '{')
    expectComplaint(await again(), 2, 'cli/no-last-run', 'not the results of a run')
  })
})

describe('hil judge', () => {
  it('tells of a record that was cut short, wherever', async () => {
    using scratch = new Scratch()
    const out = join(scratch.path, 'out')
    await hil('run', HELLO, '--output', out)
    const [folder] = readdirSync(out, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    const record = join(out, folder!.name, 'timeline.ndjson')
    const text = readFileSync(record, 'utf8')
    const lines = text.split('\n')
    const judged = async (cut: string): Promise<Ended> => {
      writeFileSync(record, cut)
      return hil('judge', out)
    }
    expect(await judged(text)).toMatchObject({ code: 0, out: expect.stringContaining('1 passed') })
    expectComplaint(await judged(''), 2, 'evidence/bad-timeline', /timeline\.ndjson:1:1/)
    expectComplaint(
      await judged(text.slice(0, -20)),
      2,
      'evidence/bad-timeline',
      `timeline.ndjson:${lines.length - 1}:1`,
    )
    expectComplaint(await judged(`${lines[0]}\n`), 2, 'evidence/cut-short', 'ends before the last step')
    expectComplaint(
      await judged(`${lines.slice(0, 9).join('\n')}\n`),
      2,
      'evidence/cut-short',
      'ends before the last step',
    )
    expectComplaint(
      await judged('{"schema":"mqtt-hil/timeline","version":1}\n'),
      2,
      'evidence/bad-timeline',
      'does not name its scenario',
    )
    expectComplaint(
      await judged('{"schema":"mqtt-hil/timeline","version":9}\n'),
      2,
      'evidence/bad-timeline',
      'version 9',
    )
  })

  it('does not call passed what did not get to its end', async () => {
    using scratch = new Scratch()
    const out = join(scratch.path, 'out')
    await hil('run', 'fixtures/scenarios/time-up.scenario.yaml', '--output', out)
    const { code } = await hil('judge', out)
    expect(code).toBe(1)
  })

  it('takes a timeline by its name', async () => {
    using scratch = new Scratch()
    await hil('run', HELLO, '--output', scratch.path)
    const [folder] = readdirSync(scratch.path, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    expect(await hil('judge', join(scratch.path, folder!.name, 'timeline.ndjson'))).toMatchObject({ code: 0 })
    mkdirSync(join(scratch.path, 'copy'))
    cpSync(join(scratch.path, folder!.name, 'timeline.ndjson'), join(scratch.path, 'copy', 'timeline.ndjson'))
    expectComplaint(await hil('judge', join(scratch.path, 'copy')), 2, 'cli/no-record', 'scenario.yaml beside')
  })
})

describe('hil emulate', () => {
  it.concurrent.each([
    ['umqtt.simple', '-t', 'a', '-m', 'hi'],
    ['umqtt.simple', '-t', 'a', '-v'],
    ['button-led', '--with', 'name=blue', '--with', 'peer=green'],
  ])('%s says which broker does not listen, and exits 3', async (...args) => {
    const { code, err } = await hil('emulate', ...args, '-p', '1')
    expect(err).toContain('check that a broker listens at 127.0.0.1:1;')
    expect(err).not.toContain('internal/bug')
    expect(code).toBe(3)
  })
})

describe('hil and who reads its output', () => {
  it.concurrent.each([['list', 'scenarios/devices'], ['schema'], ['--help']])(
    '%s ends in peace when they have gone',
    async (...args) => {
      const child = spawn(process.execPath, [HIL, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
      child.stdout.destroy()
      let err = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
      const [code] = await once(child, 'close')
      expect({ code, err }).toEqual({ code: 0, err: '' })
    },
  )

  it.concurrent('a reporter that cannot write does not hide the others, and the run exits 3', async () => {
    using scratch = new Scratch()
    mkdirSync(join(scratch.path, 'results.json'))
    const ended = await hil('run', HELLO, '--output', scratch.path)
    expect(ended.out).toContain('1 passed')
    expectComplaint(ended, 3, 'report/not-written', 'results.json cannot be written: a folder of that name is there')
    expect(readdirSync(scratch.path)).toContain('junit.xml')
  })
})

describe('hil --help', () => {
  it('loads no schema library, no parser of YAML and no broker', async () => {
    const loader = `import { registerHooks, register } from 'node:module'
      register('data:text/javascript,' + encodeURIComponent(\`
        import { writeSync } from 'node:fs'
        export async function load(url, context, next) { writeSync(2, url + '\\\\n'); return next(url, context) }\`))`.replace(
      'registerHooks, ',
      '',
    )
    const child = spawn(process.execPath, [
      '--import',
      `data:text/javascript,${encodeURIComponent(loader)}`,
      HIL,
      '--help',
    ])
    let loaded = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (loaded += text))
    await once(child, 'close')
    expect(loaded).toContain('cli/main.js')
    expect(
      loaded.split('\n').filter((url) => /node_modules\/(zod|yaml|aedes|mqtt|jiti|log-update)\//.test(url)),
    ).toEqual([])
  })
})

describe('Ctrl-C in hil emulate', () => {
  it('exits 130, also when the broker accepts and says nothing', async () => {
    await using silent = createServer((socket) => socket.resume())
    silent.listen(0, '127.0.0.1')
    const connected = once(silent, 'connection')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const run = start(['emulate', 'button-led', '--with', 'name=a', '--with', 'peer=b', '-p', String(port)])
    await connected
    run.child.kill('SIGINT')
    expect((await run.ended).code).toBe(130)
  })
})
