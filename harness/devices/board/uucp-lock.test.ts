import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Scratch } from '../../cli/testing.ts'
import { takeUucpLock } from './uucp-lock.ts'

let folder: Scratch
beforeEach(() => {
  folder = new Scratch()
})
afterEach(() => folder[Symbol.dispose]())

const file = (): string => join(folder.path, 'LCK..ttyUSB7')

it.skipIf(process.platform === 'win32')('is a file with our pid in ten characters, until it is released', () => {
  const release = takeUucpLock('/dev/ttyUSB7', [folder.path])
  expect(readFileSync(file(), 'latin1')).toBe(`${String(process.pid).padStart(10)}\n`)
  release()
  expect(existsSync(file())).toBe(false)
})

it.skipIf(process.platform === 'win32')(
  'of a program that lives is respected, of one that is gone is taken',
  async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    await once(other, 'spawn')
    writeFileSync(file(), `${String(other.pid).padStart(10)}\n`)
    expect(() => takeUucpLock('/dev/ttyUSB7', [folder.path])).toThrow(`(pid ${other.pid}) has locked /dev/ttyUSB7`)
    other.kill()
    await once(other, 'exit')
    const release = takeUucpLock('/dev/ttyUSB7', [folder.path])
    expect(readFileSync(file(), 'latin1')).toContain(String(process.pid))
    release()
  },
)

it('pseudo terminals and folders that are not there have none', () => {
  takeUucpLock('/dev/pts/7', [folder.path])()
  takeUucpLock('/dev/ttyUSB7', [join(folder.path, 'nowhere')])()
  expect(existsSync(file())).toBe(false)
})
