// Programs as devices, with small node scripts as the programs.

import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type Instant, realClock } from '../../../emulators/index.ts'
import { type Event, type Fact, Timeline } from '../../evidence/index.ts'
import { DEFAULT_CONSOLE } from '../console/settings.ts'
import type { Attachment, Device, LinkState } from '../device.ts'
import { type ProcessSettings, processDevice } from './device.ts'

/** A link that only knows its state. */
class Wire implements Attachment {
  readonly host = '127.0.0.1'
  readonly port = 4321
  readonly history: string[] = []
  state: LinkState = { kind: 'up' }
  admits = (): 'now' => 'now'
  vanish = (): void => {}
  through = async (): Promise<void> => {}
  ending = (): null => null
  async set(state: LinkState): Promise<void> {
    this.state = state
    this.history.push(state.kind === 'up' ? 'up' : state.mode)
  }
}

class Lab {
  readonly timeline = new Timeline(realClock())
  readonly wire = new Wire()
  readonly device: Device

  constructor(
    command: string | readonly string[],
    environment: Readonly<Record<string, string>> = {},
    directory = '.',
    more: Partial<ProcessSettings> = {},
  ) {
    const { wire: attachment, timeline: recorder } = this
    this.device = processDevice({
      name: 'child',
      command,
      environment,
      directory,
      attachment,
      recorder,
      clock: realClock(),
      console: DEFAULT_CONSOLE,
      tty: null,
      onBug: (bug) => {
        throw bug
      },
      ...more,
    })
  }

  /** The first event like this, past or to come. */
  event(like: Partial<Fact>): Promise<Event> {
    const fits = (event: Event): boolean =>
      Object.entries(like).every(([key, value]) => (event as unknown as Record<string, unknown>)[key] === value)
    const past = this.timeline.events.find(fits)
    if (past !== undefined) return Promise.resolve(past)
    return new Promise((resolve) => {
      const leave = this.timeline.subscribe((event) => {
        if (!fits(event)) return
        leave()
        resolve(event)
      })
    })
  }

  says = (line: string): Promise<Event> => this.event({ kind: 'serial', line })

  /** Events in short, without those of the console. */
  get told(): string[] {
    return this.timeline.events.flatMap((e) =>
      e.kind === 'device' ? [e.change] : e.kind === 'exit' ? [`exit ${e.code ?? e.signal}`] : [],
    )
  }
}

const labs: Lab[] = []
const node = (script: string, environment?: Readonly<Record<string, string>>): Lab => {
  const lab = new Lab([process.execPath, '-e', script], environment)
  labs.push(lab)
  return lab
}
afterEach(async () => {
  for (const lab of labs.splice(0)) await lab.device[Symbol.asyncDispose]()
})

const ECHO = "console.log('up'); process.stdin.on('data', (d) => console.log('got ' + String(d).trim()))"
describe('its console', () => {
  it('is its output, line by line, from which stream it came', async () => {
    const lab = node("process.stdout.write('a\\r\\nb'); console.error('c'); setTimeout(() => console.log('d'), 5)")
    await lab.device.boot()
    await lab.event({ kind: 'exit' })
    const lines = lab.timeline.events.flatMap((e) => (e.kind === 'serial' ? [`${e.stream} ${e.line}`] : []))
    expect(lines.toSorted()).toEqual(['err c', 'out a', 'out bd'])
  })

  it('takes what is typed, and remembers that', async () => {
    const lab = node(ECHO)
    await lab.device.boot()
    await lab.says('up')
    lab.device.send('21.5')
    await lab.says('got 21.5')
    expect(lab.timeline.events).toContainEqual(expect.objectContaining({ kind: 'serial', stream: 'in', line: '21.5' }))
  })

  it('is not there when the program is not: typing then is a Problem', async () => {
    const lab = node('')
    expect(() => lab.device.send('x')).toThrow(expect.objectContaining({ code: 'device/off' }))
    await lab.device.boot()
    await lab.event({ kind: 'exit' })
    expect(() => lab.device.send('x')).toThrow(expect.objectContaining({ code: 'device/off' }))
    expect(lab.timeline.events.filter((e) => e.kind === 'serial')).toEqual([])
  })
})

describe('its surroundings', () => {
  it('its link is in HIL_HOST and HIL_PORT, and nothing can take their place', async () => {
    const lab = node('console.log(process.env.HIL_HOST, process.env.HIL_PORT, process.env.MORE)', {
      MORE: 'yes',
      HIL_PORT: '1',
    })
    await lab.device.boot()
    await lab.says('127.0.0.1 4321 yes')
  })

  it('text goes through the shell, in the folder it is given', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hil-test-'))
    const lab = new Lab('echo "$HIL_PORT" > out && echo done', {}, folder)
    labs.push(lab)
    await lab.device.boot()
    await lab.says('done')
    expect(existsSync(join(folder, 'out'))).toBe(true)
    rmSync(folder, { recursive: true })
  })

  it('a program that is not there is a Problem', async () => {
    const lab = new Lab(['no-such-program-anywhere'])
    await expect(lab.device.boot()).rejects.toMatchObject({ code: 'device/not-started', hint: expect.any(String) })
    expect([lab.device.running, lab.told]).toEqual([false, []])
  })

  it.each([
    ['./none', /there is no \.\/none/],
    ['bin/none --fast > out', /there is no bin\/none/],
    ['./text.txt', /not executable/],
    ['no-such-program-anywhere -v', /there is no no-such-program-anywhere on the PATH/],
  ])('nor is the program of a shell’s text: %s', async (command, why) => {
    const folder = mkdtempSync(join(tmpdir(), 'hil-test-'))
    writeFileSync(join(folder, 'text.txt'), 'no program', { mode: 0o644 })
    const lab = new Lab(command, {}, folder)
    await expect(lab.device.boot()).rejects.toMatchObject({
      code: 'device/not-started',
      message: expect.stringMatching(why),
    })
    expect([lab.device.running, lab.told]).toEqual([false, []])
    rmSync(folder, { recursive: true })
  })

  it.each(['exit 3', 'PLACE=x; true; exit 3', '(exit 3)', 'cd . && exit 3', 'sh -c "exit 3"'])(
    'what the shell itself does is a program: %s',
    async (command) => {
      const lab = new Lab(command)
      labs.push(lab)
      await lab.device.boot()
      expect(await lab.event({ kind: 'exit' })).toMatchObject({ code: 3 })
    },
  )

  it('it takes no calls and has no pins', async () => {
    const { device } = node('')
    expect(() => device.call('a', { verb: 'ping' })).toThrow(expect.objectContaining({ code: 'device/no-calls' }))
    expect(() => device.drive('led', 1)).toThrow(expect.objectContaining({ code: 'device/no-pins' }))
    expect(device.hanging()).toBeNull()
  })
})

describe('its end', () => {
  it.each([
    ['process.exit(3)', { code: 3, signal: null }],
    ['', { code: 0, signal: null }],
    ["process.kill(process.pid, 'SIGTERM')", { code: null, signal: 'SIGTERM' }],
  ])('%j is an event', async (script, exit) => {
    const lab = node(script)
    await lab.device.boot()
    expect(await lab.event({ kind: 'exit' })).toMatchObject(exit)
    expect(lab.device.running).toBe(false)
  })

  it('after it, boot starts it again', async () => {
    const lab = node('')
    await lab.device.boot()
    await lab.event({ kind: 'exit' })
    await lab.device.boot()
    expect(lab.told.filter((t) => t === 'boot')).toHaveLength(2)
    expect(lab.wire.history).toEqual([])
  })

  it('a second boot of a running one does nothing', async () => {
    const lab = node(ECHO)
    await lab.device.boot()
    await lab.device.boot()
    expect(lab.told).toEqual(['boot'])
  })
})

describe('power and reset', () => {
  it('off: the link is dark before the program is killed, and light again before it starts', async () => {
    const lab = node(ECHO)
    await lab.device.boot()
    await lab.says('up')
    await lab.device.powerOff()
    expect([lab.device.running, lab.wire.history, lab.told]).toEqual([
      false,
      ['blackhole'],
      ['boot', 'exit SIGKILL', 'off'],
    ])
    await lab.device.boot()
    expect([lab.device.running, lab.wire.history]).toEqual([true, ['blackhole', 'up']])
  })

  it('reset: killed and started again', async () => {
    const lab = node(ECHO)
    await lab.device.boot()
    await lab.device.reset()
    expect(lab.told).toEqual(['boot', 'exit SIGKILL', 'reset', 'boot'])
    expect(lab.wire.history).toEqual(['blackhole', 'up'])
  })

  it('a network that the scenario took down stays down', async () => {
    const lab = node(ECHO)
    await lab.device.boot()
    await lab.wire.set({ kind: 'down', mode: 'refuse' })
    await lab.device.reset()
    expect(lab.wire.state).toEqual({ kind: 'down', mode: 'refuse' })
    await lab.device.powerOff()
    await lab.wire.set({ kind: 'down', mode: 'reset' })
    await lab.device.boot()
    expect(lab.wire.state).toEqual({ kind: 'down', mode: 'reset' })
  })

  it('off twice is off', async () => {
    const lab = node(ECHO)
    await lab.device.boot()
    await lab.device.powerOff()
    await lab.device.powerOff()
    await lab.device.boot()
    expect(lab.wire.state).toEqual({ kind: 'up' })
  })
})

/** A grandchild holds a connection to us for as long as it lives. */
class Lifeline implements AsyncDisposable {
  readonly #server = createServer().listen(0, '127.0.0.1')
  readonly #held = once(this.#server, 'connection').then(([socket]) => socket as Socket)

  /** A script that starts the grandchild. */
  async script(): Promise<string> {
    if (!this.#server.listening) await once(this.#server, 'listening')
    const { port } = this.#server.address() as AddressInfo
    const grandchild = `require('node:net').connect(${port}, '127.0.0.1').on('error', () => {})`
    return `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'ignore' }).unref()`
  }

  async held(): Promise<Socket> {
    return (await this.#held).on('error', () => {})
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
  }
}

describe('what it leaves behind', () => {
  it.each([
    ['power off', (lab: Lab) => lab.device.powerOff()],
    ['reset', (lab: Lab) => lab.device.reset()],
    ['the end of the run', (lab: Lab) => lab.device[Symbol.asyncDispose]()],
  ])('its children go with it: %s', async (_, end) => {
    await using lifeline = new Lifeline()
    const lab = node(`${await lifeline.script()}; setInterval(() => {}, 1000)`)
    await lab.device.boot()
    const held = await lifeline.held()
    const over = once(held.resume(), 'close')
    await end(lab)
    await over
  })

  it('also when it ends by itself and they do not', async () => {
    await using lifeline = new Lifeline()
    const lab = node(`${await lifeline.script()}; process.stdin.on('data', () => process.exit())`)
    await lab.device.boot()
    const over = once((await lifeline.held()).resume(), 'close')
    lab.device.send('go')
    await lab.event({ kind: 'exit' })
    await over
  })

  it('one that ignores SIGTERM is killed', async () => {
    const lab = node("process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)")
    await lab.device.boot()
    await lab.says('up')
    await lab.device[Symbol.asyncDispose]()
    expect(lab.told).toEqual(['boot', 'exit SIGKILL'])
  })

  it('nothing, when it is given back while it starts or restarts', async () => {
    const lab = node(ECHO)
    const booting = lab.device.boot()
    await lab.device[Symbol.asyncDispose]()
    await booting
    expect(lab.device.running).toBe(false)

    const other = node(ECHO)
    await other.device.boot()
    const resetting = other.device.reset()
    await other.device[Symbol.asyncDispose]()
    await resetting
    expect(other.device.running).toBe(false)
  })
})

it('stamps in order', async () => {
  const lab = node('console.log(1)')
  await lab.device.boot()
  await lab.event({ kind: 'exit' })
  const times = lab.timeline.events.map((e) => e.at as Instant)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
})
