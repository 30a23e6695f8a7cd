// hil watch: what runs when, files that change, and the whole of it at a real terminal (a pseudo terminal).

import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { spawn } from '@lydell/node-pty'
import { describe, expect, it } from 'vitest'
import type { Plan } from '../../plan/index.ts'
import type { SuiteListener } from '../../run/index.ts'
import { HIL, Scratch, start } from '../testing.ts'
import { Folders } from './folders.ts'
import { type RunRequest, WatchSession } from './session.ts'

const plan = (file: string): Plan => ({ file, name: 'x', variant: '', given: { broker: { name: 'aedes' } } }) as Plan
const FILES = ['a.scenario.yaml', 'b.scenario.yaml', 'c.scenario.yaml']

/** A session whose runs end when they are told to. */
class Stage {
  readonly runs: { why: string; files: string[]; signal: AbortSignal; end: (failed?: readonly string[]) => void }[] = []
  readonly notices: string[] = []
  idles = 0
  readonly #waiting = new Set<() => void>()
  readonly session = new WatchSession({
    gather: 1,
    idle: () => {
      this.idles++
      this.#look()
    },
    notice: (text) => this.notices.push(text),
    run: ({ why, choose }: RunRequest, signal, listener: SuiteListener) =>
      new Promise<void>((resolve) => {
        const files = FILES.filter((file) => choose(plan(file)))
        const end = (failed: readonly string[] = []): void => {
          for (const file of files)
            listener.onScenarioEnd?.(
              { plan: plan(file), status: failed.includes(file) ? 'failed' : 'passed' } as never,
              true,
            )
          resolve()
        }
        signal.addEventListener('abort', () => resolve())
        this.runs.push({ why, files, signal, end })
        this.#look()
      }),
  })

  #look(): void {
    for (const look of this.#waiting) look()
  }

  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds()) return
        this.#waiting.delete(look)
        resolve()
      }
      this.#waiting.add(look)
      look()
    })
  }
}

describe('a session', () => {
  it('runs all, then a scenario that changed by itself, and all when anything else changed', async () => {
    const stage = new Stage()
    stage.session.all()
    stage.runs[0]!.end()
    await stage.until(() => stage.idles === 1)
    stage.session.changed(resolve('b.scenario.yaml'))
    await stage.until(() => stage.runs.length === 2)
    stage.runs[1]!.end()
    await stage.until(() => stage.idles === 2)
    stage.session.changed(resolve('firmware/main.py'))
    stage.session.changed(resolve('b.scenario.yaml'))
    await stage.until(() => stage.runs.length === 3)
    expect(stage.runs.map(({ files }) => files)).toEqual([FILES, ['b.scenario.yaml'], FILES])
    expect(stage.runs[2]!.why).toMatch(/main\.py changed, and 1 more$/)
  })

  it('runs what changed during a run after it, once', async () => {
    const stage = new Stage()
    stage.session.all()
    stage.session.changed(resolve('a.scenario.yaml'))
    stage.session.changed(resolve('a.scenario.yaml'))
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(stage.runs).toHaveLength(1)
    stage.runs[0]!.end()
    await stage.until(() => stage.runs.length === 2)
    stage.runs[1]!.end()
    await stage.until(() => stage.idles === 1)
    expect(stage.runs.map(({ files }) => files)).toEqual([FILES, ['a.scenario.yaml']])
  })

  it('knows what failed, over runs of other files', async () => {
    const stage = new Stage()
    stage.session.failed()
    expect(stage.notices).toEqual(['nothing failed'])
    stage.session.all()
    stage.runs[0]!.end(['a.scenario.yaml', 'c.scenario.yaml'])
    await stage.until(() => stage.idles === 1)
    stage.session.changed(resolve('c.scenario.yaml'))
    await stage.until(() => stage.runs.length === 2)
    stage.runs[1]!.end()
    await stage.until(() => stage.idles === 2)
    stage.session.failed()
    expect(stage.runs[2]!.files).toEqual(['a.scenario.yaml'])
  })

  it('narrows to files, and a key that asks for a run ends the one there is', async () => {
    const stage = new Stage()
    stage.session.all()
    stage.session.files('b.')
    expect(stage.runs[0]!.signal.aborted).toBe(true)
    await stage.until(() => stage.runs.length === 2)
    expect(stage.runs[1]!.files).toEqual(['b.scenario.yaml'])
    stage.runs[1]!.end()
    await stage.until(() => stage.idles === 1)
    stage.session.changed(resolve('harness.config.ts'))
    await stage.until(() => stage.runs.length === 3)
    expect(stage.runs[2]!.files).toEqual(['b.scenario.yaml'])
  })

  it('does not run for ever when a run writes a file', async () => {
    const stage = new Stage()
    const log = resolve('device.log')
    stage.session.all()
    for (let k = 0; k < 2; k++) {
      await stage.until(() => stage.runs.length === k + 1)
      stage.session.changed(log)
      stage.runs[k]!.end()
    }
    await stage.until(() => stage.idles === 1)
    stage.session.changed(log)
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(stage.runs).toHaveLength(2)
    expect(stage.notices).toEqual([`${log} changes with every run, and is not watched any more`])
  })

  it('ends its run when it ends', async () => {
    const stage = new Stage()
    stage.session.all()
    await stage.session.end()
    expect(stage.runs[0]!.signal.aborted).toBe(true)
    expect(stage.idles).toBe(0)
  })
})

describe('folders', () => {
  it('tell files that change, also in folders that come later, and pass over what is nobody’s work', async () => {
    using scratch = new Scratch()
    const at = (name: string): string => join(scratch.path, name)
    for (const folder of ['a/b', 'results', 'node_modules/x']) mkdirSync(at(folder), { recursive: true })
    writeFileSync(at('a/b/old.txt'), '')
    const told: string[] = []
    let look = (): void => {}
    using folders = new Folders(
      (path) => path === at('results'),
      (path) => {
        told.push(path.slice(scratch.path.length + 1))
        look()
      },
    )
    await folders.add(scratch.path)
    const saying = (name: string): Promise<void> =>
      new Promise((resolve) => {
        look = () => {
          if (told.includes(name)) resolve()
        }
        look()
      })
    writeFileSync(at('node_modules/x/y'), 'x')
    writeFileSync(at('results/y'), 'x')
    // What editors write beside a file: vim, Emacs, gedit and KDE, JetBrains, VS Code and others, sed -i.
    for (const name of ['.new.txt.swp', 'x.swp', 'x~', '.#x', '#x#', '4913', 'x.tmp', ...EDITORS])
      writeFileSync(at(`a/${name}`), 'x')
    chmodSync(at('a/b/old.txt'), 0o600)
    appendFileSync(at('a/b/old.txt'), 'x')
    await saying('a/b/old.txt')
    mkdirSync(at('c/d'), { recursive: true })
    writeFileSync(at('c/d/new.txt'), 'x')
    await saying('c/d/new.txt')
    appendFileSync(at('c/d/new.txt'), 'more')
    expect([...new Set(told)].sort()).toEqual(['a/b/old.txt', 'c/d/new.txt'])
  })
})

const EDITORS = ['.goutputstream-A1B2C3', 'x___jb_tmp___', 'x___jb_old___', 'x.tmp.1234.567', 'x.yaml.bak', 'sedA1b2C3']

const HELLO = `name: hello
version: 1
devices: { blue: { use: umqtt.simple } }
steps:
  - connect: blue
  - expect: { packet: { to: blue, type: connack, match: { returnCode: 0 } }, within: 1s }
`

describe('hil watch', () => {
  it('without a terminal: runs again when a scenario changes, tells its mistakes, and ends with a signal', async () => {
    using scratch = new Scratch()
    const file = join(scratch.path, 'scenarios/hello.scenario.yaml')
    mkdirSync(join(scratch.path, 'scenarios'))
    writeFileSync(file, HELLO)
    const { child, saying, ended } = start(['watch'], scratch.path)
    await saying(/1 passed.*WATCH/s)
    writeFileSync(file, HELLO.replace('returnCode: 0', 'returnCode: 5'))
    await saying(/hello.scenario.yaml changed.*expected 5, got 0.*1 failed.*WATCH/s)
    writeFileSync(file, HELLO.replace('connect:', 'conect:'))
    await saying(/(WATCH.*){3}/s)
    child.kill('SIGTERM')
    const { code, err } = await ended
    expect(err).toContain('did you mean "connect"')
    expect(code).toBe(143)
  }, 60_000)

  it('at a terminal: keys run, narrow and quit', async () => {
    using scratch = new Scratch()
    mkdirSync(join(scratch.path, 'scenarios'))
    writeFileSync(join(scratch.path, 'scenarios/hello.scenario.yaml'), HELLO)
    writeFileSync(join(scratch.path, 'scenarios/other.scenario.yaml'), HELLO.replace('hello', 'other'))
    const { CI: _, FORCE_COLOR: __, ...env } = process.env
    const terminal = spawn(process.execPath, [HIL, 'watch'], {
      cwd: scratch.path,
      env: { ...env, TERM: 'xterm', NO_COLOR: '1' } as Record<string, string>,
      cols: 100,
      rows: 40,
    })
    let said = ''
    let look = (): void => {}
    terminal.onData((text) => {
      said += text
      look()
    })
    /** What was said since the last time, once it matches. */
    const saying = (pattern: RegExp): Promise<string> =>
      new Promise((resolve) => {
        look = () => {
          if (!pattern.test(said)) return
          resolve(said)
          said = ''
        }
        look()
      })
    const ended = new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)))
    await saying(/2 passed.*WATCH.*quits/s)
    terminal.write('h')
    await saying(/rerun what failed/)
    terminal.write('f')
    await saying(/nothing failed/)
    terminal.write('p')
    await saying(/files with/)
    terminal.write('other\r')
    expect(await saying(/1 passed.*WATCH/s)).toContain('files with "other"')
    terminal.write('t')
    await saying(/names that match/)
    terminal.write('hell\r')
    await saying(/none of 2 scenarios.*WATCH|nothing-matched.*WATCH/s)
    terminal.write('a')
    await saying(/2 passed.*WATCH/s)
    terminal.write('q')
    expect(await ended).toBe(0)
  }, 90_000)
})
