import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { milliseconds } from '../../emulators/index.ts'
import { compile } from '../plan/index.ts'
import { lockBoards } from './board-turns.ts'

test('two devices at one port, by whichever of its names, are refused before anything is opened', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hil-test-'))
  try {
    const port = join(folder, 'ttyA')
    writeFileSync(port, '')
    symlinkSync(port, join(folder, 'link'))
    const text = `
name: two roles
version: 1
devices:
  blue: { use: board, port: ${port} }
  green: { use: board, port: ${join(folder, 'link')} }
steps: [{ delay: 1ms }]
`
    const broker = () => ({ name: 'aedes', keepaliveSlack: milliseconds(50) })
    const [plan] = compile('a.scenario.yaml', text, { broker }).plans
    const locked = lockBoards(plan!, { patience: milliseconds(0), signal: new AbortController().signal })
    await expect(locked).rejects.toMatchObject({
      code: 'board/port-in-use',
      message: expect.stringMatching(/^blue and green are both at .*ttyA$/),
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
