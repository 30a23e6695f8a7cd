import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Helper } from './helper.ts'
import type { Spawned } from './spawned.ts'

const node = process.execPath
const ENDLESS = 'setInterval(() => {}, 1000); console.log("up")'

let helper: Helper
beforeAll(async () => {
  helper = (await Helper.start())!
})
afterAll(() => helper.stop())

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** Its first line has come. */
const up = async ({ stdout }: Spawned): Promise<string> => String((await once(stdout, 'data'))[0])

describe('a program that the helper starts', () => {
  it('has its output told in both streams, its environment and folder, and how it ended', async () => {
    const source = 'console.log(process.cwd(), process.env.WHO); console.error("oh"); process.exitCode = 7'
    const child = await helper.spawn(node, ['-e', source], { cwd: '/', env: { WHO: 'me' } })
    expect(await Promise.all([text(child.stdout), text(child.stderr), child.exit])).toEqual([
      '/ me\n',
      'oh\n',
      { code: 7, signal: null },
    ])
  })

  it('has said its last words when its end is told', async () => {
    const source = 'process.stdout.write("x".repeat(300_000)); console.error("last")'
    for (let k = 0; k < 8; k++) {
      const child = await helper.spawn(node, ['-e', source], {})
      let bytes = 0
      let said = ''
      child.stdout.on('data', (chunk: Buffer) => {
        bytes += chunk.length
      })
      child.stderr.on('data', (chunk: Buffer) => {
        said += String(chunk)
      })
      await child.exit
      expect([bytes, said]).toEqual([300_000, 'last\n'])
    }
  })

  it('that cannot be run is refused with the reason', async () => {
    await expect(helper.spawn('/nowhere/to/be/found', [], {})).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('is ended by a signal to its pid, or to its group', async () => {
    const alone = await helper.spawn(node, ['-e', ENDLESS], {})
    await up(alone)
    process.kill(alone.pid, 'SIGTERM')
    expect(await alone.exit).toEqual({ code: null, signal: 'SIGTERM' })
    const leader = await helper.spawn(
      'sh',
      ['-c', `"${node}" -e '${ENDLESS.replaceAll('"up"', 'process.pid')}' & wait`],
      { group: true },
    )
    const below = Number(await up(leader))
    process.kill(-leader.pid, 'SIGKILL')
    await leader.exit
    await expect.poll(() => isAlive(below)).toBe(false)
  })

  it('does not outlive the helper, and its end is told', async () => {
    const mine = (await Helper.start())!
    const child = await mine.spawn(node, ['-e', ENDLESS], {})
    await up(child)
    process.kill(mine.pid, 'SIGKILL')
    expect(await child.exit).toEqual({ code: null, signal: 'SIGKILL' })
    await expect.poll(() => isAlive(child.pid)).toBe(false)
    expect(mine.gone).toBe(true)
  })

  it('does not outlive who asked for it, even when that is killed', async () => {
    const built = pathToFileURL(join(import.meta.dirname, '../../dist/harness/child/helper.js')).href
    const source = `const { Helper } = await import('${built}')
      const child = await (await Helper.start()).spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {})
      console.log(child.pid)
      setInterval(() => {}, 1000) // it lives until it is killed`
    const harness = spawn(node, ['--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'inherit'] })
    const pid = Number(String((await once(harness.stdout, 'data'))[0]))
    expect(isAlive(pid)).toBe(true)
    harness.kill('SIGKILL')
    await expect.poll(() => isAlive(pid)).toBe(false)
  })
})
