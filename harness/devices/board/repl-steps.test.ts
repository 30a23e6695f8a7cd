// The verbs exec and upload, on a virtual board and on one behind a pseudo terminal, whether it is a puppet or runs a
// program of its own.

import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { milliseconds } from '../../../emulators/index.ts'
import { compile } from '../../plan/index.ts'
import { runText } from '../../run/testing.ts'
import { PluggedIn } from './bench.testing.ts'

let plugged: PluggedIn | null = null
beforeAll(() => {
  process.env.HIL_LINK_HOST = '127.0.0.1'
})
afterAll(() => {
  delete process.env.HIL_LINK_HOST
})
afterEach(async () => {
  await plugged?.[Symbol.asyncDispose]()
  plugged = null
})

const boards = {
  virtual: async () => 'use: micropython',
  'at a serial port': async () => {
    plugged = await PluggedIn.start()
    return `use: board, port: ${plugged.path}`
  },
}

const LOOP = `{ main.py: { text: ${JSON.stringify('print("begun")\nwhile True: pass')} } }`

describe.each(Object.entries(boards))('on a board, %s', (_, use) => {
  const play = async (steps: string, more = '') =>
    runText(`name: n\nversion: 1\ntimeout: 20s\ndevices:\n  blue: { ${await use()}${more} }\nsteps:\n${steps}\n`)

  test('exec: what it prints is what it returns and is on the console, what it raises leaves it', async () => {
    const { status, verdicts } = await play(`
  - connect: blue
  - exec: { device: blue, code: "print(6 * 7)", returns: "42" }
  - expect: { serial: { device: blue, line: "42" } }
  - exec: { device: blue, code: "x = 1\\nprint('a')\\nprint('é', x)", returns: "a\\né 1" }
  - exec: { device: blue, code: "print(x)", returns: "1" }
  - exec: { device: blue, code: "1/0", raises: { type: ZeroDivisionError, args: [divide by zero] } }
  - expect: { serial: { device: blue, line: /^ZeroDivisionError/ } }
  - exec: { device: blue, code: "open('/none')", raises: { type: OSError, args: [ENOENT] } }
  - exec: { device: blue, code: "raise OSError(-1)", raises: { type: OSError, args: [-1] } }
  - exec: { device: blue, code: "raise RuntimeError", raises: RuntimeError }
  - exec: { device: blue, code: "def", raises: SyntaxError }
  - publish: { device: blue, topic: t, payload: still a puppet, qos: 1 }
  - expect: { message: { topic: t, payload: still a puppet } }`)
    expect(verdicts.filter((v) => v.kind !== 'pass')).toEqual([])
    expect(status).toBe('passed')
  })

  test('exec that raises, or says something else, fails its step', async () => {
    const { verdicts } = await play(`
  - exec: { device: blue, code: "print(1)", returns: "2" }`)
    expect(verdicts.map(({ kind }) => kind)).toEqual(['fail'])
    await plugged?.[Symbol.asyncDispose]()
    const raised = await play('  - exec: { device: blue, code: "import no_such_module" }')
    expect(raised.verdicts.map(({ kind }) => kind)).toEqual(['fail'])
  })

  test('exec that does not come back is a call that hangs', async () => {
    const { status, events } = await play('  - exec: { device: blue, code: "while True: pass", within: 300ms }')
    expect(status).toBe('failed')
    expect(events).toContainEqual(expect.objectContaining({ kind: 'call', method: 'exec', state: 'running' }))
  })

  test('upload: sent once, not again while it is the same, and read by what is imported', async () => {
    const { status, verdicts } = await play(`
  - upload: { device: blue, files: { lib/net.py: { text: "WORD = 'hi'" }, a.txt: { text: one } }, returns: 2 }
  - upload: { device: blue, files: { lib/net.py: { text: "WORD = 'hi'" }, a.txt: { text: two } }, returns: 1 }
  - exec: { device: blue, code: "import net\\nprint(net.WORD, open('/a.txt').read())", returns: hi two }
  - upload: { device: blue, files: { a.txt/b.txt: { text: x } }, raises: OSError }
  - reset: blue
  - exec: { device: blue, code: "import net\\nprint(net.WORD)", returns: hi }`)
    expect(verdicts.filter((v) => v.kind !== 'pass')).toEqual([])
    expect(status).toBe('passed')
  })

  test('a program of its own is ended for them, and a new one runs after a reset', async () => {
    const { status, verdicts, events } = await play(
      `
  - expect: { serial: { device: blue, line: begun } }
  - upload: { device: blue, files: { main.py: { text: "print('the new one')" } }, returns: 1 }
  - exec: { device: blue, code: "print('free')", returns: free }
  - reset: blue
  - expect: { serial: { device: blue, line: the new one } }`,
      `, files: ${LOOP}`,
    )
    expect(verdicts.filter((v) => v.kind !== 'pass')).toEqual([])
    expect(status).toBe('passed')
    const changes = events.flatMap((e) => (e.kind === 'device' ? [`${e.change} ${e.detail ?? ''}`] : []))
    expect(changes.slice(0, 3)).toEqual(['boot ', 'ended for upload', 'reset '])
  })
})

describe('what is wrong before anything runs', () => {
  const found = (device: string, step: string, bind?: Record<string, string>) => {
    const text = `name: n\nversion: 1\ndevices:\n  blue: ${device}\nsteps:\n  - ${step}\n`
    const broker = () => ({ name: 'aedes', keepaliveSlack: milliseconds(50) })
    const file = join(import.meta.dirname, 'n.scenario.yaml')
    const { plans, diagnostics } = compile(file, text, { broker, ...(bind === undefined ? {} : { bind }) })
    return { diagnostics: diagnostics.all, skip: plans[0]?.skip }
  }

  test('a file that is not there, at its place', () => {
    const step = 'upload: { device: blue, files: { main.py: none.py } }'
    expect(found('{ use: micropython }', step).diagnostics).toMatchObject([
      { code: 'scenario/no-such-file', at: { line: 6, column: 47 } },
    ])
    expect(found('{ use: micropython }', 'upload: { device: blue, files: ./none }').diagnostics).toMatchObject([
      { code: 'scenario/no-such-file', at: { line: 6 } },
    ])
    expect(found('{ use: micropython }', 'upload: { device: blue, files: device.ts }').diagnostics).toEqual([])
  })

  test.each(['exec: { device: blue, code: "1" }', 'upload: { device: blue, files: { a: { text: b } } }'])(
    'a device that has no REPL: %s',
    (step) => {
      expect(found('{ use: umqtt.simple }', step).diagnostics).toMatchObject([
        { code: 'scenario/verb-of-another-kind', hint: expect.stringContaining('umqtt.simple has no REPL') },
      ])
      expect(found('{ use: micropython }', step).diagnostics).toEqual([])
      expect(found('{ use: micropython }', step, { blue: 'umqtt.simple' }).skip).toMatch(/which has no (exec|upload)/)
      expect(found('{ use: umqtt.simple }', step, { blue: 'virtual' })).toMatchObject({ diagnostics: [], skip: null })
    },
  )
})
