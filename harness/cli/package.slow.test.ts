// The package as a user gets it: packed, unpacked into a folder of its own with only the packages that it declares, and
// run from there. What it would need of ours and does not have is found here.

import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { needs } from '../brokers/needs.testing.ts'
import { Scratch } from './testing.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const scratch = new Scratch()
const modules = join(scratch.path, 'node_modules')
const installed = join(modules, 'mqtt-hil')
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

const mosquittoHere = await needs('mosquitto')
const pythonHere = await needs('python3')

beforeAll(() => {
  // The tests run on what was built; packing would build it again under them.
  const args = ['pack', '--json', '--dry-run', '--ignore-scripts']
  const listed = execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const [packed] = JSON.parse(listed) as [{ files: readonly { path: string }[] }]
  for (const { path } of packed.files) cpSync(join(ROOT, path), join(installed, path))
  for (const name of Object.keys(manifest.dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
  }
  mkdirSync(join(modules, '@types'))
  symlinkSync(join(ROOT, 'node_modules/@types/node'), join(modules, '@types/node'))
}, 60_000)

afterAll(() => scratch[Symbol.dispose]())

const files = (): string[] =>
  readdirSync(installed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(installed, join(entry.parentPath, entry.name)))

function run(program: string, args: readonly string[], cwd: string) {
  const { CI: _, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: { ...env, NO_COLOR: '1', PATH: `${env.PATH}:/usr/sbin` },
  })
  return { status, stdout, stderr }
}

const hilIn = (folder: string, ...args: readonly string[]) =>
  run(process.execPath, [join(installed, manifest.bin.hil), ...args], folder)

/** A project beside the installed package; begun again when a test is. */
function project(name: string): string {
  const folder = join(scratch.path, name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  symlinkSync(modules, join(folder, 'node_modules'))
  return folder
}

describe('the package', () => {
  it('has what users need, and nothing of ours', () => {
    const all = files()
    for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md', 'dist/harness/index.d.ts', 'docs/README.md'])
      expect(all).toContain(file)
    const ours =
      /\.(test|testing)\.|\.contract\.[jt]s|\.map$|[/]testing\.|loopback|tampering|^dist\/(bench|fixtures)|^fixtures\/(?!firmware\/|traces\/README\.md)/
    const theirs = all.filter((file) => !file.startsWith('examples/'))
    expect(theirs.filter((file) => ours.test(file) || (file.endsWith('.ts') && !file.endsWith('.d.ts')))).toEqual(
      theirs.filter((file) => /^docs\/.*\.ts$/.test(file) && !/\.test\./.test(file)),
    )
  })

  it('has every file that one of its files imports', () => {
    const missing = files()
      .filter((file) => /^dist\/.*\.js$/.test(file))
      .flatMap((file) => {
        const text = readFileSync(join(installed, file), 'utf8')
        const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, path]) => path!)
        return imports
          .filter((path) => !existsSync(join(installed, dirname(file), path)))
          .map((path) => `${file}: ${path}`)
      })
    expect(missing).toEqual([])
  })

  it('makes a first project in an empty folder, and runs it', () => {
    const folder = project('first')
    expect(hilIn(folder, 'init', '--yes')).toMatchObject({ status: 0, stderr: '' })
    const ran = hilIn(folder, 'run')
    expect(ran).toMatchObject({ status: 0, stderr: '' })
    expect(ran.stdout).toContain('1 passed')
    expect(readdirSync(join(folder, 'results'))).toEqual(expect.arrayContaining(['report.html', 'results.json']))
    expect(hilIn(folder, 'doctor').stdout).toMatch(/✓ schema/)
  }, 60_000)

  it('brings its scenarios, by a name that does not depend on where it lies', () => {
    const folder = project('shipped')
    const pack = hilIn(folder, 'list', 'mqtt-hil/conformance/broker')
    expect(pack).toMatchObject({ status: 0, stderr: '' })
    expect(pack.stdout).toMatch(/^mqtt-hil\/conformance\/broker\/3\.12-ping\/pingresp\.scenario\.yaml:\d+ /m)
    const ran = hilIn(folder, 'run', 'mqtt-hil/conformance/broker/3.12-ping')
    expect(ran).toMatchObject({ status: 0, stderr: '' })
    expect(ran.stdout).toMatch(/[1-9]\d* passed/)
    mkdirSync(join(folder, 'mqtt-hil'))
    expect(hilIn(folder, 'list', 'mqtt-hil')).toMatchObject({ status: 5 })
    expect(hilIn(folder, 'run', 'mqtt-hil/conformence').stderr).toMatch(
      /mqtt-hil\/scenarios\/conformence does not exist/,
    )
  }, 60_000)

  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const options = [
    ...['--strict', '--module', 'nodenext', '--target', 'es2023'],
    ...['--lib', 'es2023,esnext.disposable', '--types', 'node'],
  ]

  it('has a guide to extensions of which each example is right for the compiler', () => {
    const folder = project('extensions')
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    const guide = readFileSync(join(ROOT, 'docs/extending.md'), 'utf8')
    const examples = [...guide.matchAll(/^```ts\n(.*?)^```/gms)].map(([, text], k) => {
      writeFileSync(join(folder, `example${k}.ts`), text!)
      return `example${k}.ts`
    })
    expect(examples.length).toBeGreaterThan(5)
    // Declarations of MQTT.js's own packages want those of a browser.
    const ours = [...options, '--skipLibCheck', '--noEmit']
    expect(run(process.execPath, [tsc, ...ours, ...examples], folder)).toMatchObject({
      status: 0,
      stdout: '',
    })
  }, 90_000)

  it('can be imported, with its types', () => {
    const folder = project('program')
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    const guide = readFileSync(join(ROOT, 'docs/programs.md'), 'utf8')
    const [program] = [...guide.matchAll(/^```ts\n(.*?)^```/gms)].map(([, text]) => text!)
    writeFileSync(join(folder, 'program.ts'), program!)
    expect(run(process.execPath, [tsc, ...options, 'program.ts'], folder)).toMatchObject({ status: 0, stdout: '' })
    expect(run(process.execPath, ['program.js'], folder)).toMatchObject({
      status: 0,
      stderr: '',
      stdout: 'passed\n13 bytes\n',
    })
    writeFileSync(
      join(folder, 'wrong.ts'),
      "import { openBroker, runScenario } from 'mqtt-hil'\nawait runScenario('x', { brokr: 'aedes' })\nawait openBroker('aedes', { prt: 1 })\n",
    )
    const { stdout } = run(process.execPath, [tsc, ...options, '--noEmit', 'wrong.ts'], folder)
    for (const name of ['brokr', 'prt']) expect(stdout).toContain(`'${name}' does not exist`)
  }, 90_000)
})

describe('the examples', () => {
  const examples = [
    ['broker', 4, mosquittoHere],
    ['firmware', 2, pythonHere],
  ] as const
  for (const [name, count, { skip, why }] of examples)
    it.skipIf(skip)(`${name}: all of it passes${why}`, () => {
      const folder = project(`example-${name}`)
      cpSync(join(installed, 'examples', name), folder, { recursive: true })
      const ran = hilIn(folder, 'run')
      expect(ran).toMatchObject({ status: 0, stderr: '' })
      expect(ran.stdout).toContain(`${count} passed`)
      const first = readdirSync(join(folder, 'scenarios'))[0]!
      const [, schema] = /\$schema=(\S+)/.exec(readFileSync(join(folder, 'scenarios', first), 'utf8'))!
      expect(existsSync(join(folder, 'scenarios', schema!))).toBe(true)
    })

  it('vitest: its tests in TypeScript and its scenarios pass, and its types are right', () => {
    const folder = project('example-vitest')
    symlinkSync(join(ROOT, 'node_modules/vitest'), join(modules, 'vitest'))
    cpSync(join(installed, 'examples/vitest'), folder, { recursive: true })
    const ran = run(process.execPath, [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run'], folder)
    expect(ran.stdout + ran.stderr).toMatch(/Test Files {2}2 passed[\s\S]*Tests {2}3 passed/)
    expect(ran.status).toBe(0)
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
    const options = '--strict --noEmit --module nodenext --target es2023 --lib es2023,esnext.disposable --types node'
    const files = ['--allowJs', '--skipLibCheck', 'vitest.config.ts', 'test/alarm.test.ts']
    expect(run(process.execPath, [tsc, ...options.split(' '), ...files], folder)).toMatchObject({
      status: 0,
      stdout: '',
    })
  }, 90_000)

  it('and their CI files run commands that there are', () => {
    for (const name of ['broker', 'firmware', 'vitest', 'arduino', 'esp-idf', 'zephyr']) {
      const workflow = readFileSync(join(ROOT, `examples/${name}/.github/workflows/hil.yml`), 'utf8')
      const scripts = JSON.parse(readFileSync(join(ROOT, `examples/${name}/package.json`), 'utf8')).scripts
      const commands = [...workflow.matchAll(/run: (?:npx (hil .*)|npm run (\w+))$/gm)].map(
        ([, hil, script]) => hil ?? scripts[script!],
      )
      expect(commands.length).toBeGreaterThan(0)
      for (const command of [...commands, ...Object.values<string>(scripts)]) {
        if (!command.startsWith('hil ')) continue
        const [, ...args] = command.split(' ')
        const known = hilIn(project(`ci-${name}-${project.length}-${Math.random()}`), ...args, '--help')
        expect(known).toMatchObject({ status: 0, stderr: '' })
      }
    }
  }, 60_000)
})
