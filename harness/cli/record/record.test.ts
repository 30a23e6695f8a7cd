// `hil record` as a person uses it: emulated devices connect to the port that it prints.

import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openPty } from '../../../emulators/index.ts'
import { brokers } from '../../brokers/index.ts'
import { needs } from '../../brokers/needs.testing.ts'
import { readRecording } from '../../evidence/index.ts'
import { freePort } from '../../free-port.testing.ts'
import { childrenOf } from '../children.testing.ts'
import { hil, Scratch, type Started, start } from '../testing.ts'

const publish = (port: string | number, ...more: string[]) =>
  hil('emulate', 'umqtt.simple', '-p', String(port), '-t', 'a/b', '-m', 'hello', '-q', '1', '-i', 'blue', ...more)

/** Where a device connects, once all is ready. */
async function portOf(recording: Started, device = 'device'): Promise<string> {
  const out = await recording.saying(/recording into/)
  return new RegExp(`^${device} connects to \\S+:(\\d+)$`, 'm').exec(out)![1]!
}

const listens = async (port: string): Promise<boolean> => {
  const socket = connect({ host: '127.0.0.1', port: Number(port) })
  const answer = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(() => false),
  ]).catch(() => false)
  socket.destroy()
  return answer
}

const kinds = (folder: string): string[] =>
  readRecording(folder).events.flatMap((e) =>
    // Whether the device closes its end, too, before the recording is stopped is chance.
    e.kind === 'packet'
      ? [`${e.direction} ${e.packet.type}`]
      : e.kind === 'socket' && e.change !== 'both-closed'
        ? [`${e.change} by ${e.by}`]
        : [],
  )

const mosquittoHere = await needs('mosquitto')

/** Connects as soon as somebody listens there. */
async function connected(port: number): Promise<Socket> {
  for (;;) {
    const socket = connect({ host: '127.0.0.1', port })
    const got = await once(socket, 'connect').catch(() => null)
    if (got !== null) return socket.on('error', () => {})
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

describe('hil record', () => {
  it('shows and counts a device that connects before everything is ready', async () => {
    using scratch = new Scratch()
    const port = await freePort()
    // The others take their time to be ready.
    const others = Array.from({ length: 40 }, (_, k) => ['--device', `other${k}`]).flat()
    const recording = start(['record', '--output', join(scratch.path, 'rec'), '--device', `blue=${port}`, ...others])
    const socket = await connected(port)
    await recording.saying(/recording into/)
    await recording.saying(/blue socket connected/)
    recording.child.kill('SIGINT')
    const { code, out } = await recording.ended
    socket.destroy()
    expect(code).toBe(0)
    expect(out).toMatch(/^ {2}blue: 1 connection, 0 packets sent/m)
  })

  it('writes down what passes, shows it in a line each, and gives its port back at Ctrl-C', async () => {
    using scratch = new Scratch()
    const folder = join(scratch.path, 'rec')
    const recording = start(['record', '--output', folder, '--device', 'blue'])
    const port = await portOf(recording, 'blue')
    expect(await publish(port)).toMatchObject({ code: 0 })
    await recording.saying(/socket closed/)
    recording.child.kill('SIGINT')
    const { code, out, err } = await recording.ended
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^ +\d+(\.\d+)?m?s {2}blue → CONNECT clean keepalive 0 clientId "blue"$/m)
    expect(out).toMatch(/^ +\d+(\.\d+)?m?s {2}blue ← PUBACK packetId 1$/m)
    expect(out).toMatch(/^ {2}blue: 1 connection, 3 packets sent, 2 received$/m)
    expect(kinds(folder)).toEqual([
      'connected by device',
      'up connect',
      'down connack',
      'up publish',
      'down puback',
      'up disconnect',
      expect.stringMatching(/^closed by/),
    ])
    expect(readdirSync(folder).sort()).toEqual([
      'blue.pcapng',
      'broker.log',
      'report.html',
      'results.json',
      'timeline.ndjson',
    ])
    expect(await listens(port)).toBe(false)
    // The report is made again from the folder.
    expect(await hil('report', folder)).toMatchObject({ code: 0 })
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('recording of blue')
  })

  it('ends by itself after a time, and when nothing was seen for a time', async () => {
    using scratch = new Scratch()
    const [timed, idle] = [join(scratch.path, 'timed'), join(scratch.path, 'idle')]
    const untilIdle = start(['record', '--output', idle, '--until-idle', '5s'])
    const [ended] = await Promise.all([
      hil('record', '--output', timed, '--for', '200ms'),
      publish(await portOf(untilIdle)),
    ])
    expect(ended).toMatchObject({ code: 0, err: '' })
    expect(ended.out).toContain('device: nothing connected')
    expect(await untilIdle.ended).toMatchObject({ code: 0, err: '' })
    expect(kinds(idle)).toContain('up publish')
  })

  it('has several devices apart, at ports of your choice', async () => {
    using scratch = new Scratch()
    const folder = join(scratch.path, 'rec')
    const [first, second] = [await freePort(), await freePort()]
    const recording = start([
      'record',
      '--output',
      folder,
      '--device',
      `blue=${first}`,
      '--device',
      `green=127.0.0.1:${second}`,
      '-q',
    ])
    await recording.saying(/recording into/)
    await publish(first)
    await publish(second)
    recording.child.kill('SIGTERM')
    const { code, out } = await recording.ended
    expect(code).toBe(0)
    expect(out).not.toContain('CONNECT')
    const { events } = readRecording(folder)
    const devices = events.flatMap((e) => (e.kind === 'packet' && e.packet.type === 'connect' ? [e.device] : []))
    expect(devices).toEqual(['blue', 'green'])
    expect(existsSync(join(folder, 'green.pcapng'))).toBe(true)
  })

  it('says each event as JSON, and nothing else on standard output', async () => {
    using scratch = new Scratch()
    const recording = start([
      'record',
      '--output',
      join(scratch.path, 'rec'),
      '--json',
      '--until-idle',
      '200ms',
      '--device',
      `blue=${await freePort()}`,
    ])
    let err = ''
    const ready = new Promise<string>((resolve) => {
      recording.child.stderr!.on('data', (text: string) => {
        err += text
        if (err.includes('recording into')) resolve(err)
      })
    })
    const [, port] = /connects to \S+:(\d+)/.exec(await ready)!
    await publish(port!)
    const { out } = await recording.ended
    const events = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string })
    expect(events.map(({ kind }) => kind)).toContain('packet')
  })

  it('has no password in anything that it shows or writes', async () => {
    using scratch = new Scratch()
    const folder = join(scratch.path, 'rec')
    const recording = start(['record', '--output', folder])
    await publish(await portOf(recording), '-u', 'me', '-P', 'planted-word')
    await recording.saying(/socket closed/)
    recording.child.kill('SIGINT')
    const { out } = await recording.ended
    expect(out).toContain('username "me" password (hidden)')
    const hex = Buffer.from('planted-word').toString('hex')
    for (const file of readdirSync(folder)) {
      const bytes = readFileSync(join(folder, file))
      expect([file, bytes.includes('planted-word'), bytes.includes(hex)]).toEqual([file, false, false])
    }
    expect(out).not.toContain('planted-word')
  })

  it('records a serial console beside the packets', async () => {
    using scratch = new Scratch()
    const folder = join(scratch.path, 'rec')
    const pty = openPty(() => {})
    const recording = start(['record', '--output', folder, '--port', pty.path])
    await recording.saying(/recording into/)
    pty.write(Buffer.from('MPY: soft reboot\r\nready\r\n'))
    await recording.saying(/device \| ready/)
    recording.child.kill('SIGINT')
    await recording.ended
    pty.close()
    const lines = readRecording(folder).events.flatMap((e) => (e.kind === 'serial' ? [e.line] : []))
    expect(lines).toEqual(['MPY: soft reboot', 'ready'])
  })

  it('shows TLS to its device when asked, with an authority to trust', async () => {
    using scratch = new Scratch()
    const folder = join(scratch.path, 'rec')
    const recording = start(['record', '--output', folder, '--tls'])
    const port = await portOf(recording)
    const { connect: connectTls } = await import('node:tls')
    const socket = connectTls({
      host: '127.0.0.1',
      port: Number(port),
      servername: 'localhost',
      ca: readFileSync(join(folder, 'ca.crt')),
    })
    await once(socket, 'secureConnect')
    socket.write(Buffer.from('101000044d5154540402000a0004626c7565', 'hex'))
    await once(socket, 'data')
    socket.end()
    await recording.saying(/socket closed/)
    recording.child.kill('SIGINT')
    await recording.ended
    expect(kinds(folder)).toEqual(expect.arrayContaining(['secured by device', 'up connect', 'down connack']))
  })

  it('exits 3 when the port is in use or the broker is not there, and leaves nothing', async () => {
    using scratch = new Scratch()
    const folder = join(scratch.path, 'rec')
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as { port: number }
    const inUse = await hil('record', '--output', folder, '--listen', String(port))
    taken.close()
    expect(inUse).toMatchObject({ code: 3, out: '' })
    expect(inUse.err).toMatch(new RegExp(`link/port-taken\\n {2}port ${port} of 127.0.0.1[\\s\\S]*hint: `))
    const unreachable = await hil('record', '--output', folder, '--broker', `mqtt://127.0.0.1:${await freePort()}`)
    expect(unreachable).toMatchObject({ code: 3, out: '' })
    expect(unreachable.err).toMatch(/broker\/unreachable[\s\S]*hint: /)
    expect(existsSync(folder)).toBe(false)
  })

  it('does not write over a recording', async () => {
    using scratch = new Scratch()
    writeFileSync(join(scratch.path, 'timeline.ndjson'), 'mine')
    const { code, err } = await hil('record', '--output', scratch.path)
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('cli/recording-exists') })
    expect(readFileSync(join(scratch.path, 'timeline.ndjson'), 'utf8')).toBe('mine')
  })

  it.each([
    [['--device', 'blue=nowhere'], 'expected PORT or HOST:PORT'],
    [['--device', 'blue=70000'], 'expected PORT or HOST:PORT'],
    [['--device', '1blue'], '"1blue" is not a valid name'],
    [['--device', 'blue', '--device', 'blue'], 'two of the name blue'],
    [['--device', 'blue=1884', '--listen', '1885'], '--listen is for a single device'],
    [['--device', 'blue', '--device', 'green', '--port', '/dev/x'], 'the device is missing'],
    [['--for', '30'], '--for'],
    [['--speed', '2'], 'hil record has no --speed'],
  ])('%s is a mistake of the command line', async (flags, message) => {
    const { code, err } = await hil('record', ...flags)
    expect(code).toBe(2)
    expect(err).toContain(message)
  })

  it('goes on when a broker that is not ours goes away', async () => {
    using scratch = new Scratch()
    const folder = join(scratch.path, 'rec')
    await using broker = await brokers.aedes.open()
    const recording = start(['record', '--output', folder, '--broker', `mqtt://127.0.0.1:${broker.port}`])
    const port = await portOf(recording)
    await publish(port)
    await broker.stop()
    await publish(port)
    await recording.saying(/socket refused \(by broker\)/)
    recording.child.kill('SIGINT')
    expect(await recording.ended).toMatchObject({ code: 0 })
    expect(kinds(folder)).toEqual(expect.arrayContaining(['up publish', 'refused by broker']))
  })

  it.skipIf(mosquittoHere.skip)(
    `keeps what it has when its own broker dies, and exits 3${mosquittoHere.why}`,
    async () => {
      using scratch = new Scratch()
      const folder = join(scratch.path, 'rec')
      const recording = start(['record', '--output', folder, '--broker', 'mosquitto'])
      await publish(await portOf(recording))
      await recording.saying(/socket closed/)
      const broker = childrenOf(recording.child.pid!).find(({ name }) => name === 'mosquitto')
      process.kill(broker!.pid, 'SIGKILL')
      const { code, err } = await recording.ended
      expect({ code, err }).toMatchObject({ code: 3, err: expect.stringContaining('broker/died') })
      expect(kinds(folder)).toContain('up publish')
    },
  )
})
