// One board, many who want it: in one process, between processes, and those that were killed.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { milliseconds, seconds } from '../../../../emulators/index.ts'
import { lockName, thisProcess } from './directory.ts'
import { holderOf, keepBoard, lockBoard, releaseBoard } from './lock.ts'

const BOARD = '/dev/ttyUSB7'
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hil-locks-'))
  process.env.HIL_LOCKS = folder
})
afterEach(() => {
  delete process.env.HIL_LOCKS
  rmSync(folder, { recursive: true, force: true })
})

test('is given to one at a time, in the order in which they came, and leaves nothing', async () => {
  const order: number[] = []
  let inside = 0
  await Promise.all(
    [0, 1, 2, 3].map(async (k) => {
      await using _ = await lockBoard(BOARD, { patience: seconds(30) })
      expect(++inside).toBe(1)
      order.push(k)
      await new Promise((resolve) => setTimeout(resolve, 20))
      inside--
    }),
  )
  expect(order).toEqual([0, 1, 2, 3])
  expect(readdirSync(folder)).toEqual([])
})

test('one who does not wait is told who has it', async () => {
  await using _ = await lockBoard(BOARD, { patience: milliseconds(0) })
  await expect(lockBoard(BOARD, { patience: milliseconds(0) })).rejects.toMatchObject({
    code: 'board/held',
    message: expect.stringContaining(`pid ${process.pid}`),
  })
})

test('what a process that was killed has left is taken away', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  await once(child, 'spawn')
  writeFileSync(
    join(folder, `${lockName(BOARD)}.lock`),
    JSON.stringify({ ...thisProcess(BOARD), pid: child.pid, began: '' }),
  )
  await expect(lockBoard(BOARD, { patience: milliseconds(0) })).rejects.toMatchObject({ code: 'board/held' })
  child.kill('SIGKILL')
  await once(child, 'exit')
  await using lock = await lockBoard(BOARD, { patience: milliseconds(0) })
  expect(lock).toBeDefined()
})

test('a person keeps it for a while, and gives it back', async () => {
  expect(keepBoard(BOARD, seconds(60), 'soldering').note).toBe('soldering')
  await expect(lockBoard(BOARD, { patience: milliseconds(0) })).rejects.toThrow(/soldering/)
  expect(releaseBoard(BOARD)).not.toBeNull()
  expect(holderOf(BOARD)).toBeNull()
})
