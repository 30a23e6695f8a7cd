// A library as CircuitPython has them, in the flash's lib/: a pool of sockets from a radio, reads into a buffer,
// time limits as errors, TLS that is asked for before there is a connection, settings from a file, names for types.

import { expect, test } from 'vitest'
import { runText } from './testing.ts'

const LIBRARY = `
import errno, struct, sys
if sys.implementation.name != "circuitpython":
    from typing import List, Optional, Tuple
    from circuitpython_typing.socket import SocketType, SSLContextType

Pair = Tuple[str, int]

class Wire:
    def __init__(self, pool, context: Optional[SSLContextType] = None) -> None:
        self._pool, self._context = pool, context
        self._sockets = {}

    def open(self, host: str, port: int) -> SocketType:
        info = self._pool.getaddrinfo(host, port, 0, self._pool.SOCK_STREAM)[0]
        sock = self._pool.socket(info[0], info[1])
        where = info[-1][0]
        if self._context:
            sock = self._context.wrap_socket(sock, server_hostname=host)
            where = host
        sock.settimeout(1)
        sock.connect((where, port))
        self._sockets[sock] = (host, port)
        return sock

    def close(self, sock) -> None:
        del self._sockets[sock]
        sock.close()

def exact(sock, count: int) -> bytearray:
    got = bytearray(count)
    rest = memoryview(got)
    while rest:
        size = sock.recv_into(rest, len(rest))
        if size == 0:
            raise EOFError
        rest = rest[size:]
    return got

def nothing(sock, seconds) -> str:
    sock.settimeout(seconds)
    try:
        sock.recv_into(bytearray(1), 1)
    except OSError as error:
        return errno.errorcode[error.errno]
    finally:
        sock.settimeout(1)
`

const PROGRAM = `
import os, socketpool, ssl, time, wifi
from wire import Wire, exact, nothing

wifi.radio.connect(os.getenv("CIRCUITPY_WIFI_SSID"), os.getenv("CIRCUITPY_WIFI_PASSWORD"))
print("online", wifi.radio.connected, wifi.radio.__class__.__name__, hash(wifi.radio) is not None)
wire = Wire(socketpool.SocketPool(wifi.radio), ssl.create_default_context() if os.getenv("TLS") == 1 else None)
sock = wire.open("broker.example", os.getenv("PORT"))
sock.send(b"\\x10\\x10\\x00\\x04MQTT\\x04\\x02\\x00\\x3c\\x00\\x04blue")
assert exact(sock, 4) == b"\\x20\\x02\\x00\\x00"
print("nothing", nothing(sock, 0), nothing(sock, 0.05))
sock.send(b"\\x32\\x07\\x00\\x01t\\x00\\x07")
sock.send(b"hi")
assert exact(sock, 4) == b"\\x40\\x02\\x00\\x07"
began = time.monotonic()
sock.send(b"\\xc0\\x00")
assert exact(sock, 2) == b"\\xd0\\x00"
print("pinged", time.monotonic() - began < 1)
try:
    exact(sock, 1)
except OSError as e:
    print("waiting", e.errno == 110)
try:
    while True:
        if nothing(sock, 1) is None: exact(sock, 1)
except EOFError:
    wire.close(sock)
    print("end of file")
sock = wire.open("broker.example", os.getenv("PORT"))
try: raise ValueError("told") from OSError(5)
except ValueError as e: print(e)
`

test.each([
  ['plain', 0],
  ['TLS', 1],
])('a library of CircuitPython, %s', async (_, tls) => {
  const settings = `CIRCUITPY_WIFI_SSID = "home" # ours\nCIRCUITPY_WIFI_PASSWORD = 'secret'\nPORT = 1883\nTLS = ${tls}\n`
  const files = Object.entries({ 'lib/wire.py': LIBRARY, 'code.py': PROGRAM, 'settings.toml': settings })
    .map(([name, text]) => `      ${name}: { text: ${JSON.stringify(text)} }`)
    .join('\n')
  const { status, verdicts, events } = await runText(`name: n
version: 1
timeout: 30s
devices:
  blue:
    use: micropython
    ${tls === 1 ? 'link: { tls: true }' : 'link: {}'}
    files:
${files}
steps:
  - expect: { serial: { device: blue, line: online True Radio True } }
  - expect: { serial: { device: blue, line: nothing EAGAIN ETIMEDOUT } }
  - expect: { message: { topic: t, payload: hi, qos: 1 } }
  - expect: { serial: { device: blue, line: pinged True } }
  - expect: { serial: { device: blue, line: waiting True } }
  - network: { device: blue, state: down, mode: close }
  - expect: { serial: { device: blue, line: end of file } }
  - network: { device: blue, state: up }
  - expect: { socket: { from: blue, event: connected, connection: 2 } }
  - expect: { serial: { device: blue, line: told } }`)
  expect(verdicts.filter((v) => v.kind !== 'pass')).toEqual([])
  expect(status).toBe('passed')
  // The compiler's own words are on the console, and not on ours.
  const lines = events.flatMap((e) => (e.kind === 'serial' ? [e.line] : []))
  expect(lines).toContain('Warning: exception chaining not supported')
})
