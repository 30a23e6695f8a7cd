// Boards at serial ports: a virtual one on a real pseudo terminal, and everything that goes wrong there.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { milliseconds, openPty, type Problem, realClock } from '../../../emulators/index.ts'
import { runText } from '../../run/testing.ts'
import { PluggedIn } from './bench.testing.ts'
import type { ChassisEvents } from './chassis.ts'
import { RawRepl } from './raw-repl.ts'
import { RemoteFiles } from './remote-files.ts'
import { type SerialSettings, serialChassis } from './serial.ts'
import { openSerial, whyNotOpened } from './serial-line.ts'

const given: AsyncDisposable[] = []
const keep = <T extends AsyncDisposable>(thing: T): T => {
  given.push(thing)
  return thing
}
afterEach(async () => {
  for (const thing of given.splice(0).reverse()) await thing[Symbol.asyncDispose]()
})
beforeAll(() => {
  process.env.HIL_LINK_HOST = '127.0.0.1'
})
afterAll(() => {
  delete process.env.HIL_LINK_HOST
})

const scenario = (path: string, device: string, steps: string) =>
  runText(
    `name: n\nversion: 1\ntimeout: 60s\ndevices:\n  blue: { use: board, port: ${path}${device} }\nsteps:\n${steps}\n`,
  )

describe('in a scenario', () => {
  test('a puppet makes the calls on the board', async () => {
    const plugged = keep(await PluggedIn.start())
    const { status, verdicts, events } = await scenario(
      plugged.path,
      '',
      `  - connect: blue
  - subscribe: { device: blue, topic: a, qos: 1 }
  - publish: { device: blue, topic: a, payload: hi, qos: 1 }
  - expect: { serial: { device: blue, line: message a hi } }
  - expect: { packet: { from: blue, type: puback } }
  - network: { device: blue, state: down, mode: close }
  - check: { device: blue, raises: { type: OSError, args: [-1] } }`,
    )
    expect(verdicts.filter((v) => v.kind !== 'pass')).toEqual([])
    expect(status).toBe('passed')
    expect(events.filter((e) => e.kind === 'packet' && e.packet.type === 'connect')).toHaveLength(1)
  })

  test('its files are put on the board, which is reset and runs them; what it said before is no evidence', async () => {
    const plugged = keep(await PluggedIn.start({ 'main.py': 'print("the program of yesterday")' }))
    const program = JSON.stringify('import net\nprint("at", net.HOST)\n')
    const { status, events } = await scenario(
      plugged.path,
      `, files: { main.py: { text: ${program} }, lib/net.py: { text: "HOST = '\${{ link.host }}'" } }`,
      '  - expect: { serial: { device: blue, line: at 127.0.0.1 } }\n  - serial: { device: blue, send: "print(6*7)" }\n  - expect: { serial: { device: blue, line: "42" } }',
    )
    expect(status).toBe('passed')
    expect(Buffer.from(plugged.board.files.get('lib/net.py')!).toString()).toBe("HOST = '127.0.0.1'")
    expect(events.filter((e) => e.kind === 'serial' && e.line.includes('yesterday'))).toEqual([])
  })

  test('its LED is known by its console, when no wire tells of it', async () => {
    const plugged = keep(await PluggedIn.start())
    const { status } = await scenario(
      plugged.path,
      `, signals: { led: { pin: 2, serial: "/^LED ([01])$/" } }, files: { main.py: { text: "print('LED 1')\\nprint('LED 0')" } }`,
      '  - expect: { sequence: [{ signal: { device: blue, signal: led, value: 1 } }, { signal: { device: blue, signal: led, value: 0 } }] }',
    )
    expect(status).toBe('passed')
  })

  test('unplugged in the middle, it is the environment that failed, with what was seen until then', {
    timeout: 60_000,
  }, async () => {
    const plugged = keep(await PluggedIn.start())
    // Its program runs for the first time after the reset that begins the scenario.
    void plugged.saying('here\r\n').then(() => setTimeout(() => plugged.unplug(), 300))
    const { status, problem, events } = await scenario(
      plugged.path,
      `, files: { main.py: { text: "import time\\nprint('here')\\nwhile True: time.sleep(1)" } }`,
      '  - expect: { serial: { device: blue, line: here } }\n  - never: { serial: { device: blue, line: gone }, for: 30s }',
    )
    expect(status).toBe('broken')
    expect(problem?.code).toBe('board/lost')
    expect(events).toContainEqual(expect.objectContaining({ kind: 'serial', line: 'here' }))
    expect(events).toContainEqual(expect.objectContaining({ kind: 'device', change: 'lost' }))
  })

  test('unplugged just after its reset, a claim that fails meanwhile is the environment as well', {
    timeout: 60_000,
  }, async () => {
    const plugged = keep(await PluggedIn.start())
    void plugged.saying('here\r\n').then(() => plugged.unplug())
    const { status, problem } = await scenario(
      plugged.path,
      `, files: { main.py: { text: "import time\\nprint('here')\\nwhile True: time.sleep(1)" } }`,
      '  - expect: { serial: { device: blue, line: later }, within: 2s }',
    )
    expect(status).toBe('broken')
    expect(problem).toMatchObject({ code: 'board/lost', message: expect.stringMatching(/^blue is gone from .* for /) })
  })

  test('a port that is closed a moment later is waited for', async () => {
    const pty = openPty(() => {})
    const none = { onData: () => {}, onGone: () => {} }
    const before = await openSerial(pty.path, 115_200, none)
    let isOpen = false
    const next = openSerial(pty.path, 115_200, none).then((line) => {
      isOpen = true
      return line
    })
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(isOpen).toBe(false)
    await before.close()
    await (await next).close()
    pty.close()
  })

  test('a port that is not there, and one that somebody else has open, are the environment', async () => {
    const nobody = await scenario('/dev/ttyNobody', '', '  - connect: blue')
    expect(nobody).toMatchObject({ status: 'broken', problem: { code: 'board/no-port' } })
    const plugged = keep(await PluggedIn.start())
    const other = await openSerial(plugged.path, 115_200, { onData: () => {}, onGone: () => {} })
    const taken = await scenario(plugged.path, '', '  - connect: blue')
    await other.close()
    expect(taken).toMatchObject({ status: 'broken', problem: { code: 'board/port-in-use' } })
  })

  test('nobody at the port answers', async () => {
    const pty = openPty(() => {})
    const { status, problem } = await runText(
      `name: n\nversion: 1\ntimeout: 30s\ndevices:\n  blue: { use: board, port: ${pty.path} }\nsteps:\n  - connect: blue\n`,
    )
    pty.close()
    expect(status).toBe('broken')
    expect(problem?.code).toBe('board/no-repl')
  })
})

const chassis = (plugged: PluggedIn, settings: Partial<SerialSettings> = {}) => {
  const told = { console: '', lost: [] as Problem[] }
  const events: ChassisEvents = {
    onConsole: (bytes) => {
      told.console += Buffer.from(bytes).toString('latin1')
    },
    onPin: () => {},
    onSocket: () => {},
    onRestart: () => {},
    onIdle: () => {},
    onLost: (problem) => void told.lost.push(problem),
    onBug: (error) => {
      throw error
    },
  }
  const made = keep(
    serialChassis(
      {
        name: 'blue',
        path: async () => plugged.path,
        baudRate: 115_200,
        uniqueId: null,
        clock: realClock(),
        open: plugged.open,
        ...settings,
      },
      events,
    ),
  )
  return { made, told }
}

const until = async (look: () => boolean): Promise<void> => {
  while (!look()) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('the lines of the port', () => {
  test('RTS resets, DTR presses BOOT, and both are let go at the end', async () => {
    const plugged = keep(
      await PluggedIn.start({
        'main.py':
          'from machine import Pin\nimport time\nprint("up")\nwhile Pin(0, Pin.IN).value(): time.sleep_ms(2)\nprint("pressed")',
      }),
    )
    const { made, told } = chassis(plugged)
    await made.boot()
    await until(() => told.console.includes('up'))
    made.drive(0, 0)
    await until(() => told.console.includes('pressed'))
    await made.powerOff()
    await made[Symbol.asyncDispose]()
    expect(plugged.lines).toEqual([
      'dtr=0 rts=1',
      'dtr=0 rts=0',
      'dtr=1 rts=0',
      'dtr=0 rts=1',
      'dtr=0 rts=1',
      'dtr=0 rts=0',
    ])
  })

  test('no other pin is wired', async () => {
    const { made } = chassis(keep(await PluggedIn.start()))
    expect(() => made.drive(4, 1)).toThrow(expect.objectContaining({ code: 'device/no-wire' }))
  })

  test('a port without lines cannot hold a board in reset', async () => {
    const { made } = chassis(keep(await PluggedIn.start()), { open: openSerial })
    await expect(made.powerOff()).rejects.toMatchObject({ code: 'device/no-power' })
  })
})

describe('who is there', () => {
  test('the wrong board is refused before anything is written to it', async () => {
    const plugged = keep(await PluggedIn.start({}, 'green'))
    const { made } = chassis(plugged, { uniqueId: '240ac4000000' })
    await expect(made.upload(new Map([['main.py', Buffer.from('x')]]))).rejects.toMatchObject({
      code: 'board/wrong-board',
    })
    expect([...plugged.board.files.keys()]).toEqual([])
  })
})

describe('the raw REPL', () => {
  const session = async (plugged: PluggedIn): Promise<RawRepl> => {
    const clock = realClock()
    const repl: RawRepl = new RawRepl('blue', { type: (bytes) => line.write(bytes), clock })
    const line = await openSerial(plugged.path, 115_200, { onData: (bytes) => repl.feed(bytes), onGone: () => {} })
    keep({ [Symbol.asyncDispose]: () => line.close() })
    await repl.enter()
    return repl
  }

  test('is found behind garbage and half lines, and while a program runs', async () => {
    const plugged = keep(
      await PluggedIn.start({ 'main.py': 'import time\nwhile True:\n  print("no end", end="")\n  time.sleep_ms(1)' }),
    )
    plugged.noise(Uint8Array.of(0xff, 0xfe, 0x80, 0x00, 0x07))
    const repl = await session(plugged)
    expect(await repl.execute('print("in")')).toEqual({ output: 'in\r\n', error: '' })
    expect((await repl.execute('1/0')).error).toContain('ZeroDivisionError')
    expect(await repl.evaluate('print(1)')).toBe('1\r\n')
    await expect(repl.evaluate('open("no")')).rejects.toMatchObject({ code: 'board/raised' })
  })

  test('a call that hangs is ended by an interrupt', async () => {
    const repl = await session(keep(await PluggedIn.start()))
    const hanging = repl.execute('print("begun")\nwhile True: pass', { onLine: () => void repl.interrupt() })
    expect((await hanging).error).toContain('KeyboardInterrupt')
  })

  test('files come and go whole, and one that is there already is not sent again', async () => {
    const plugged = keep(await PluggedIn.start())
    const files = new RemoteFiles(await session(plugged))
    const bytes = Uint8Array.from({ length: 3000 }, (_, k) => (k * 7) % 256)
    expect(await files.put('a/b/c.bin', bytes)).toBe(true)
    expect(await files.put('/a/b/c.bin', bytes)).toBe(false)
    expect(await files.get('a/b/c.bin')).toEqual(bytes)
    expect(await files.list('/a', true)).toEqual([
      { path: '/a/b/', size: 0 },
      { path: '/a/b/c.bin', size: 3000 },
    ])
    await files.remove('a/b/c.bin')
    await expect(files.get('a/b/c.bin')).rejects.toMatchObject({ code: 'board/raised' })
  })

  test('raw-paste waits for room, and goes on when the board says so', async () => {
    const typed: string[] = []
    const repl: RawRepl = new RawRepl('blue', {
      clock: realClock(),
      async type(bytes) {
        const text = Buffer.from(bytes).toString('latin1')
        typed.push(text)
        if (text === '\x05A\x01') say('R\x01\x04\x00')
        else if (text === 'prin') say('\x01')
        else if (text === 't(1)') say('\x01')
        else if (text === '\x04') say('\x04' + '1\r\n\x04\x04>')
      },
    })
    const say = (text: string): void => void setImmediate(() => repl.feed(Buffer.from(text, 'latin1')))
    expect(await repl.execute('print(1)')).toEqual({ output: '1\r\n', error: '' })
    expect(typed).toEqual(['\x05A\x01', 'prin', 't(1)', '\x04'])
  })

  test('a board that falls silent in an answer is told of', async () => {
    const repl: RawRepl = new RawRepl('blue', {
      clock: realClock(),
      async type(bytes) {
        if (bytes[0] === 5) setImmediate(() => repl.feed(Buffer.from('R\x00')))
        if (bytes.at(-1) === 4) setImmediate(() => repl.feed(Buffer.from('OKhalf an ans')))
      },
    })
    await expect(repl.evaluate('x', milliseconds(50))).rejects.toMatchObject({ code: 'board/silent' })
  })
})

test.each([
  ['Error: No such file or directory, cannot open /dev/x', 'board/no-port'],
  ['Error: Permission denied, cannot open /dev/x', 'board/no-permission'],
  ['Error Resource temporarily unavailable Cannot lock port', 'board/port-in-use'],
  ['Error: Device or resource busy', 'board/port-in-use'],
  ['Error: something else', 'board/not-opened'],
])('%s is %s', (message, code) => {
  expect(whyNotOpened('/dev/x', new Error(message)).code).toBe(code)
})
