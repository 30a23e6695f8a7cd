// What becomes of a program that a signal asks to end while its clean-up never does.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'

const BUILT = resolve(import.meta.dirname, '../../dist/harness/cli/interrupt.js')

/** A program whose clean-up never ends, as a process of its own; resolves when it waits for signals. */
async function stuck() {
  const script = `
    import { interruptible } from ${JSON.stringify(BUILT)}
    interruptible({ printError: (text) => process.stderr.write(text) })
    setInterval(() => {}, 1000)
    process.stdout.write('ready')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script])
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  await once(child.stdout, 'data')
  return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number, err })) }
}

it.concurrent.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)(
  '%s ends it all the same, with the code of the signal',
  async (signal, exit) => {
    const { child, ended } = await stuck()
    child.kill(signal)
    const { code, err } = await ended
    expect(err).toMatch(/stopping and cleaning up[\s\S]*took too long; leaving now/)
    expect(code).toBe(exit)
  },
  60_000,
)

it('the second signal ends it at once, with the code of the first', async () => {
  const { child, ended } = await stuck()
  child.kill('SIGTERM')
  await once(child.stderr, 'data')
  child.kill('SIGINT')
  const { code, err } = await ended
  expect(err).not.toContain('took too long')
  expect(code).toBe(143)
}, 60_000)
