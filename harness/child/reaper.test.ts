// What is cleared up after a process that is killed.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, watch } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { Scratch } from '../cli/testing.ts'
import { builtFile } from './built.ts'
import { leftBy } from './reaper.ts'

/** Together more than an argument of a program may have: 128 KiB on Linux. */
const MANY = 2000
const LONG = 'x'.repeat(100)

it.skipIf(process.platform === 'win32')('a folder is removed, however much else is left', async () => {
  using scratch = new Scratch()
  const folder = join(scratch.path, 'folder')
  mkdirSync(folder)
  const source = `
    const { removeAfterUs } = await import(${JSON.stringify(pathToFileURL(builtFile('reaper.js')!).href)})
    removeAfterUs(${JSON.stringify(folder)})
    for (let n = 0; n < ${MANY}; n++) {
      removeAfterUs('/nowhere/${LONG}' + n)
      await new Promise(setImmediate) // the lines go out
    }
    setInterval(() => {}, 1000)
    console.log('told')`
  const program = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(program.stdout, 'data')
  const removed = new Promise<void>((resolve) => {
    const watcher = watch(scratch.path, () => {
      if (existsSync(folder)) return
      watcher.close()
      resolve()
    })
  })
  program.kill('SIGKILL')
  await removed
})

it('knows what is left by what it was told', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((folder) => ({ folder }))
  const all = `=${JSON.stringify([
    [1, a],
    [2, b],
  ])}`
  expect(leftBy([])).toEqual([])
  expect(leftBy([all])).toEqual([a, b])
  expect(leftBy([all, '-1', `+${JSON.stringify([3, c])}`])).toEqual([b, c])
  expect(leftBy([`+${JSON.stringify([3, c])}`, all])).toEqual([a, b])
  expect(leftBy([all, '-1', '-2', ''])).toEqual([])
})
