// One board in a person's hands: how it is left.

import { expect, test } from 'vitest'
import { PluggedIn } from './bench.testing.ts'
import { BoardSession } from './session.ts'

test('a board is not left in its raw REPL, whatever was under way', async () => {
  await using plugged = await PluggedIn.start()
  const session = await BoardSession.open(plugged.path)
  const begun = new Promise<void>((resolve) => {
    const source = 'import time\nprint("begun")\nwhile True: time.sleep(0.1)'
    session.repl((repl) => repl.execute(source, { onLine: () => resolve() })).catch(() => {})
  })
  await begun
  await session[Symbol.asyncDispose]()

  await using next = await BoardSession.open(plugged.path)
  const answered = new Promise<void>((resolve) => {
    let said = ''
    next.onConsole = (bytes) => {
      said += Buffer.from(bytes).toString('latin1')
      if (/40\+2\r\n42\r\n>>> $/.test(said)) resolve()
    }
  })
  await next.type(Buffer.from('40+2\r'))
  await answered
})

test('a board that somebody has is not given to another', async () => {
  await using plugged = await PluggedIn.start()
  await using _ = await BoardSession.open(plugged.path)
  await expect(BoardSession.open(plugged.path)).rejects.toMatchObject({ code: 'board/held' })
})
