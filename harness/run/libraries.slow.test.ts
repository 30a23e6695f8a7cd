// Libraries that users bring: laid over a virtual board's files from outside, held by a puppet, or used by an
// asynchronous program. The libraries here are our own; they are built as those in the field are.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { milliseconds } from '../../emulators/index.ts'
import { compile } from '../plan/index.ts'
import { plansOf, run, runText } from './testing.ts'

const folder = mkdtempSync(join(tmpdir(), 'hil-libraries-'))
afterAll(() => rmSync(folder, { recursive: true }))

function put(path: string, text: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), text)
}

const bound = (text: string, bind: Record<string, string>) =>
  compile('n.scenario.yaml', text, { broker: () => ({ name: 'aedes', keepaliveSlack: milliseconds(50) }), bind })

// With the face of MiniMQTT: keywords only, sockets of a pool, callbacks as attributes, MicroPython's sight of bool.
const CLIENT = `
import struct
from errno import ETIMEDOUT
from our_exact import exact

class MMQTTException(Exception):
    def __init__(self, error, code=None):
        super().__init__(error, code)

class MQTT:
    def __init__(self, *, broker, port=None, client_id=None, keep_alive=60, socket_pool=None, ssl_context=None, is_ssl=None):
        self.broker, self.port, self.client_id, self.keep_alive = broker, port, client_id, keep_alive
        self._pool, self._context = socket_pool, ssl_context if is_ssl else None
        self._will = None
        self.on_message = None

    def will_set(self, topic, msg, retain=False, qos=0):
        self._will = (topic, msg)

    def connect(self, clean_session=True):
        info = self._pool.getaddrinfo(self.broker, self.port, 0, self._pool.SOCK_STREAM)[0]
        self._sock = self._pool.socket(info[0], info[1])
        if self._context:
            self._sock = self._context.wrap_socket(self._sock, server_hostname=self.broker)
        self._sock.settimeout(1)
        self._sock.connect((info[-1][0], self.port))
        rest = b"\\x00\\x04MQTT\\x04" + bytes([2 | (4 if self._will else 0)]) + struct.pack("!H", self.keep_alive) + self._str(self.client_id)
        for part in self._will or ():
            rest += self._str(part)
        view = memoryview(bytes([0x10, len(rest)]) + rest)
        while view:
            view = view[self._sock.send(view):]
        answer = exact(self._sock, 4)
        if answer[3]:
            raise MMQTTException("refused", answer[3])
        return answer[2]

    def _str(self, text):
        data = text.encode() if isinstance(text, str) else text
        return struct.pack("!H", len(data)) + data

    def publish(self, topic, msg, retain=False, qos=0):
        if not isinstance(qos, int):
            raise ValueError("no integer")
        data = str(msg).encode() if isinstance(msg, (int, float)) else msg
        self._sock.send(bytes([0x30, 2 + len(topic) + len(data)]) + self._str(topic) + data)

    def subscribe(self, topic, qos=0):
        self._sock.send(bytes([0x82, 5 + len(topic), 0, 1]) + self._str(topic) + bytes([qos]))
        exact(self._sock, 5)

    def loop(self, timeout=1.0):
        try:
            head = exact(self._sock, 2)
        except OSError as e:
            if e.errno == ETIMEDOUT:
                return None
            raise
        body = exact(self._sock, head[1])
        size = body[0] << 8 | body[1]
        self.on_message(self, str(body[2 : 2 + size], "utf-8"), bytes(body[2 + size :]))
        return [head[0]]

    def disconnect(self):
        self._sock.send(b"\\xe0\\x00")
        self._sock.close()
`
const EXACT = `
def exact(sock, count):
    got = bytearray(count)
    rest = memoryview(got)
    while rest:
        size = sock.recv_into(rest, len(rest))
        if size == 0:
            raise OSError(5)
        rest = rest[size:]
    return got
`

test.each([
  ['plain', ''],
  ['TLS', ', link: { tls: true }, with: { is_ssl: true, ssl_context: true }'],
])('a library from outside plays what the file has as minimqtt, %s', { timeout: 60_000 }, async (_, more) => {
  put('cp/lib/adafruit_minimqtt/adafruit_minimqtt.py', CLIENT)
  put('cp/lib/our_exact.py', EXACT)
  const { plans, diagnostics } = bound(
    `name: n
version: 1
timeout: 30s
devices:
  blue: { use: minimqtt, will: { topic: w, payload: gone }${more} }
  green: { use: umqtt.simple }
steps:
  - connect: blue
  - expect: { packet: { from: blue, type: connect, match: { clientId: blue, keepalive: 60s } } }
  - subscribe: { device: blue, topic: t }
  - connect: green
  - publish: { device: green, topic: t, payload: "één" }
  - expect: { serial: { device: blue, line: message t één }, within: 5s }
  - call: { device: blue, method: publish, args: [u, 12.5] }
  - expect: { message: { topic: u, payload: "12.5" } }
  - call: { device: blue, method: publish, args: [u, x, false, true], raises: ValueError }
  - call: { device: blue, method: getattr, args: [keep_alive], returns: 60 }
  - call: { device: blue, method: setattr, args: [on_message, true] }
  - disconnect: blue
  - never: { message: { topic: w }, for: 50ms }`,
    { '*': `virtual:${join(folder, 'cp')}` },
  )
  expect(diagnostics.all).toEqual([])
  expect(plans[0]!.devices.map(({ use }) => use)).toEqual(['micropython', 'micropython'])
  const { status, verdicts, problem } = await run(plans[0]!)
  expect({ problem, not: verdicts.filter((v) => v.kind !== 'pass') }).toEqual({ problem: null, not: [] })
  expect(status).toBe('passed')
})

test('a library that lacks what it imports is told with how to give it', async () => {
  put('half/lib/adafruit_minimqtt/adafruit_minimqtt.py', 'import adafruit_ticks')
  const { plans } = bound('name: n\nversion: 1\ndevices:\n  blue: { use: minimqtt }\nsteps:\n  - connect: blue\n', {
    blue: `virtual:${join(folder, 'half')}`,
  })
  const { status, problem } = await run(plans[0]!)
  expect(status).toBe('broken')
  expect(problem?.message).toContain("no module named 'adafruit_ticks'")
  expect(problem?.hint).toContain('with what it imports')
})

test('a folder from outside lies over the files of the scenario', async () => {
  put('over/lib/own.py', 'SAID = "from outside"')
  for (const files of [
    '{ lib/own.py: { text: "SAID = 1" }, main.py: { text: "import own; print(own.SAID)" } }',
    `${folder}/main`,
  ]) {
    put('main/main.py', 'import own; print(own.SAID)')
    const { plans, diagnostics } = bound(
      `name: n\nversion: 1\ndevices:\n  blue: { use: micropython, files: ${files} }\nsteps:\n  - expect: { serial: { device: blue, line: from outside } }\n`,
      { blue: `virtual:${join(folder, 'over')}` },
    )
    expect(diagnostics.all).toEqual([])
    const { status } = await run(plans[0]!)
    expect(status).toBe('passed')
  }
})

// As asynchronous MQTT libraries are built: a connect that does not block, tasks that share a lock, reads and writes that
// take what there is, and a task that comes back after an outage.
const ASYNC = `
import asyncio, network, os, socket, ssl
from errno import EINPROGRESS, ETIMEDOUT

TLS = 'tls' in os.listdir()

class Lost(Exception):
    pass

class Client:
    def __init__(self):
        self.lock, self.up = asyncio.Lock(), asyncio.Event()

    async def write(self, data):
        view = memoryview(data)
        while view:
            try:
                n = self.sock.write(view)
            except OSError as e:
                if e.errno not in (EINPROGRESS, ETIMEDOUT): raise Lost
                n = 0
            view = view[n or 0:]
            await asyncio.sleep_ms(0)

    async def read(self, size):
        buffer = bytearray(size)
        view = memoryview(buffer)
        while view:
            try:
                n = self.sock.readinto(view, len(view))
            except OSError as e:
                raise Lost
            if n == 0: raise Lost
            view = view[n or 0:]
            await asyncio.sleep_ms(0)
        return buffer

    async def connect(self):
        self.sock = socket.socket()
        self.sock.setblocking(False)
        try:
            self.sock.connect(socket.getaddrinfo('broker.example', 8883 if TLS else 1883)[0][-1])
        except OSError as e:
            if e.errno != EINPROGRESS: raise
        if TLS: self.sock = ssl.wrap_socket(self.sock, server_hostname='broker.example')
        await self.write(b'\\x10\\x10\\x00\\x04MQTT\\x04\\x02\\x00\\x3c\\x00\\x04blue')
        assert await asyncio.wait_for(self.read(4), 5) == b'\\x20\\x02\\x00\\x00'
        await self.write(b'\\x82\\x06\\x00\\x01\\x00\\x01c\\x00')
        await self.read(5)

    async def keep(self):
        while True:
            try:
                await self.connect()
                print('up')
                self.up.set()
                while True:
                    head = await self.read(2)
                    async with self.lock:
                        body = await self.read(head[1])
                    print('got', bytes(body[3:]).decode())
            except (Lost, OSError, asyncio.TimeoutError) as e:
                self.up.clear()
                self.sock.close()
                print('down')
                await asyncio.sleep_ms(50)

    async def tell(self):
        n = 0
        while True:
            await self.up.wait()
            async with self.lock:
                await self.write(b'\\x30\\x04\\x00\\x01t%d' % (n % 10))
            n += 1
            await asyncio.sleep_ms(40)

async def main():
    client = Client()
    await asyncio.gather(client.keep(), client.tell())

sta = network.WLAN(network.STA_IF)
sta.active(True)
sta.connect('home', 'secret')
while not sta.isconnected(): pass
asyncio.run(main())
`

test.each([
  ['plain', false],
  ['TLS', true],
])('an asynchronous program, %s, comes back after an outage', { timeout: 60_000 }, async (_, tls) => {
  const { status, verdicts } = await runText(`name: n
version: 1
timeout: 40s
devices:
  blue: { use: micropython, link: { tls: ${tls} }, files: { main.py: { text: ${JSON.stringify(ASYNC)} }${tls ? ', tls: { text: "" }' : ''} } }
  green: { use: umqtt.simple }
steps:
  - expect: { message: { topic: t, payload: "2" }, within: 10s }
  - connect: green
  - publish: { device: green, topic: c, payload: hello }
  - expect: { serial: { device: blue, line: got hello } }
  - network: { device: blue, state: down, mode: close }
  - expect: { serial: { device: blue, line: down } }
  - network: { device: blue, state: down, mode: refuse }
  - expect: { serial: { device: blue, line: down } }
  - network: { device: blue, state: up }
  - expect: { serial: { device: blue, line: up }, within: 10s }
  - publish: { device: green, topic: c, payload: again }
  - expect: { serial: { device: blue, line: got again } }`)
  expect(verdicts.filter((v) => v.kind !== 'pass')).toEqual([])
  expect(status).toBe('passed')
})

test('a program that lacks a module is told with where to put it', async () => {
  const crash = async (module: string) => {
    const [plan] = plansOf(`name: n
version: 1
devices: { blue: { use: micropython, files: { main.py: { text: import ${module} } } } }
steps: [{ expect: { serial: { device: blue, line: /^ImportError/ } } }, { expect: { serial: { device: blue, line: /^MicroPython v/ } } }]`)
    const { events } = await run(plan!)
    return events.flatMap((e) => (e.kind === 'device' && e.change === 'crashed' ? [e.detail] : []))
  }
  expect(await crash('ssd1306')).toEqual([expect.stringContaining('files: { lib/ssd1306.py: … }')])
  expect(await crash('bluetooth')).toEqual([expect.stringContaining('a real board')])
})
