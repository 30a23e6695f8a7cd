// Virtual boards as programs find them, with the real interpreter in its thread. The network is a
// fake; scenarios/ has them on real links.

import { describe, expect, test } from 'vitest'
import { milliseconds } from '../core/time.ts'
import { VirtualBoardBench, WIFI } from './virtual.testing.ts'

describe('a program', () => {
  test('boot.py and then main.py run, as __main__, and the REPL follows', async () => {
    const bench = await VirtualBoardBench.boot({
      'boot.py': 'x = 1\nprint("boot")',
      'main.py': 'print("main", x, __name__)',
    })
    await bench.said(/boot\r\nmain 1 __main__\r\n[\s\S]*>>> $/)
  })

  test('an uncaught exception is told with its own lines only, and leaves the REPL with its names', async () => {
    const bench = await VirtualBoardBench.boot({ 'main.py': 'y = 5\ndef fail():\n  return [][1]\nfail()\n' })
    await bench.said(/>>> $/)
    expect(bench.console).toContain(
      'Traceback (most recent call last):\r\n  File "main.py", line 4, in <module>\r\n  File "main.py", line 3, in fail\r\n' +
        'IndexError: list index out of range\r\n',
    )
    expect(bench.console).not.toContain('_boot')
    bench.board.type('print("y is", y)\r')
    await bench.said(/\ny is 5\r\n/)
  })

  test('finds the modules of an ESP32 under their old and new names', async () => {
    const names =
      'machine umachine network socket usocket ssl ussl tls time utime os uos esp esp32 ubinascii ustruct ujson _thread'
    const bench = await VirtualBoardBench.boot({
      'main.py': `import sys\nfor n in '${names} umqtt.simple umqtt.robust errno select'.split():\n  __import__(n)\nprint(sys.platform)`,
    })
    await bench.said(/^esp32\r\n/)
  })

  test('locks are held and released, also by a timer; a second thread is refused with the reason', async () => {
    const bench = await VirtualBoardBench.boot({
      'main.py': `import _thread
from machine import Timer
lock = _thread.allocate_lock()
with lock: print('held', lock.locked(), lock.acquire(0), lock.acquire(True, 0.01))
lock.acquire()
try: lock.acquire()
except RuntimeError as e: print(e)
Timer(0, mode=Timer.ONE_SHOT, period=5, callback=lambda t: lock.release())
print('again', lock.acquire())
try: _thread.start_new_thread(print, ())
except NotImplementedError as e: print(e)
print('end')`,
    })
    await bench.said(/end\r\n/)
    expect(bench.console.split('\r\n').slice(0, 4)).toEqual([
      'held True False False',
      'deadlock: the only thread waits for a lock that nobody can release',
      'again True',
      'start_new_thread: a virtual board has one thread; use machine.Timer, or a real board',
    ])
  })

  test('what it writes to the flash survives a reset, and what it removes stays away', async () => {
    const bench = await VirtualBoardBench.boot({
      'main.py': `import os, machine
if machine.reset_cause() == machine.PWRON_RESET:
    os.mkdir('log')
    with open('log/a.txt', 'w') as f: f.write('kept')
    with open('b.txt', 'w') as f: f.write('b')
    os.rename('b.txt', 'c.txt')
    os.remove('gone.txt')
    machine.reset()
print(open('log/a.txt').read(), open('c.txt').read(), 'gone.txt' in os.listdir(), 'b.txt' in os.listdir())
`,
      'gone.txt': '',
    })
    await bench.said(/kept b False False/)
    expect(bench.resets).toEqual(['reset'])
    expect([...bench.board.files.keys()].sort()).toEqual(['c.txt', 'log/a.txt', 'main.py'])
  })

  test('its own copy of umqtt in lib/ takes the place of ours', async () => {
    const bench = await VirtualBoardBench.boot({
      'lib/umqtt/simple.py': 'MINE = 7',
      'main.py': 'import umqtt.simple\nprint(umqtt.simple.MINE)',
    })
    await bench.said(/^7\r\n/)
  })

  test('a missing file is ENOENT', async () => {
    const bench = await VirtualBoardBench.boot({ 'main.py': 'try:\n  open("no")\nexcept OSError as e:\n  print(e)' })
    await bench.said(/^\[Errno 2\] ENOENT/)
  })
})

describe('Ctrl-C', () => {
  test.each([
    ['a sleep', 'import time\nprint("go")\ntime.sleep(60)'],
    ['a busy loop', 'print("go")\nwhile True:\n  pass'],
    ['a read', `${WIFI}\nimport socket\ns = socket.socket()\ns.connect(('b', 1))\nprint("go")\ns.read(1)`],
    ['a busy loop of calls', 'import time\nprint("go")\nwhile True:\n  time.ticks_ms()'],
  ])('ends %s, and the next one as well', async (_, program) => {
    const bench = await VirtualBoardBench.boot({ 'main.py': program })
    await bench.said(/go\r\n/)
    bench.board.type('\x03')
    await bench.said(/KeyboardInterrupt: \r\n[\s\S]*>>> $/)
    bench.board.type('while True: pass\r\r')
    await bench.said(/\.\.\. \r\n$/)
    bench.board.type('\x03')
    await bench.said(/KeyboardInterrupt[\s\S]*KeyboardInterrupt/)
    expect(bench.console.split('Traceback')).toHaveLength(3)
  })

  test('twice in a row is still one program that ends', async () => {
    const bench = await VirtualBoardBench.boot({ 'main.py': 'print("go")\nwhile True:\n  print("x", end="")' })
    await bench.said(/go\r\nx/)
    for (let k = 0; k < 20; k++) bench.board.type('\x03\x03')
    await bench.said(/KeyboardInterrupt: \r\n[\s\S]*>>> $/)
    bench.board.type('for i in range(3): print(i, end="-")\r\r')
    await bench.said(/0-1-2-/)
  })

  test('can be caught', async () => {
    const bench = await VirtualBoardBench.boot({
      'main.py': 'print("go")\ntry:\n  while True: pass\nexcept KeyboardInterrupt:\n  print("caught")',
    })
    await bench.said(/go/)
    bench.board.type('\x03')
    await bench.said(/caught\r\n/)
    expect(bench.console).not.toContain('Traceback')
  })
})

describe('pins and timers', () => {
  test('an input has the level that it is given, a changed output is told, a reset darkens it', async () => {
    const bench = await VirtualBoardBench.boot({
      'main.py': `from machine import Pin
import time
led, button = Pin(2, Pin.OUT), Pin(0, Pin.IN, Pin.PULL_UP)
print('level', button.value())
while button.value(): time.sleep_ms(1)
led.on()
led.on()
`,
    })
    await bench.said(/level 1/)
    bench.board.setPin(0, 0)
    await bench.until(() => bench.pins.length > 0)
    bench.board.reset()
    await bench.until(() => bench.pins.length > 2)
    expect(bench.pins).toEqual(['2=1', '2=0', '2=1'])
  })

  test('a pin’s function runs at its edge, in a busy loop and in a sleep alike', async () => {
    const bench = await VirtualBoardBench.boot({
      'main.py': `from machine import Pin
import time
seen = []
Pin(4, Pin.IN).irq(lambda p: seen.append(p.value()), Pin.IRQ_FALLING)
Pin(5, Pin.IN).irq(lambda p: print('in the sleep'), Pin.IRQ_RISING)
print('busy')
while not seen: pass
print('seen', seen)
time.sleep(60)
`,
    })
    const { board } = bench
    await bench.said(/busy/)
    for (const [pin, level] of [
      [4, 1],
      [4, 0],
      [5, 0],
    ] as const)
      board.setPin(pin, level)
    await bench.said(/seen \[0\]/)
    board.setPin(5, 1)
    await bench.said(/in the sleep/)
  })

  test('a timer interrupts a busy loop', async () => {
    const bench = await VirtualBoardBench.boot({
      'main.py': `from machine import Timer
n = 0
def count(t):
    global n
    n += 1
Timer(0).init(period=5, callback=count)
while n < 3: pass
print('three')
Timer(1, mode=Timer.ONE_SHOT, period=1, callback=lambda t: 1 / 0)
while n < 6: pass
print('six')
`,
    })
    await bench.said(/three[\s\S]*ZeroDivisionError[\s\S]*six/)
  })

  test('a write that waits for its peer is not made twice because a timer fires meanwhile', async () => {
    const bench = await VirtualBoardBench.boot({
      'main.py': `${WIFI}
import socket
from machine import Timer
n = 0
def count(t):
    global n
    n += 1
Timer(0).init(period=2, callback=count)
s = socket.socket()
s.connect(('b', 1883))
s.write(b'once')
print('written')
while n < 5: pass
print('counted')
`,
    })
    bench.network.onConnection = (connection) => {
      connection.stalled = true
      setTimeout(() => connection.drain(), 60)
    }
    await bench.said(/written\r\ncounted/)
    expect(bench.network.connections[0]!.writes.map((w) => Buffer.from(w).toString())).toEqual(['once'])
  })

  test('the watchdog resets a program that does not feed it', async () => {
    const bench = await VirtualBoardBench.boot({
      'main.py': `import machine
if machine.reset_cause() != machine.WDT_RESET:
    machine.WDT(timeout=20)
    while True: pass
print('bitten')
`,
    })
    await bench.said(/bitten/)
    expect(bench.resets).toEqual(['watchdog'])
  })

  test('deepsleep wakes up with its cause', async () => {
    const bench = await VirtualBoardBench.boot({
      'main.py':
        'import machine\nif machine.reset_cause() == machine.DEEPSLEEP_RESET: print("awake")\nelse: machine.deepsleep(10)',
    })
    await bench.said(/awake/)
    expect(bench.resets).toEqual(['deepsleep'])
  })
})

describe('the network', () => {
  test('is there once Wi-Fi is joined, after the time that the scenario says', async () => {
    const bench = await VirtualBoardBench.boot(
      {
        'main.py': `import network, socket, time
sta = network.WLAN(network.STA_IF)
sta.active(True)
for try_it in (lambda: socket.getaddrinfo('b', 1883), lambda: socket.socket().connect(('b', 1883))):
    try: try_it()
    except OSError as e: print('raised', e.errno)
begun = time.ticks_ms()
sta.connect('a', 'b')
while not sta.isconnected(): pass
print('joined', time.ticks_diff(time.ticks_ms(), begun) >= 50)
socket.socket().connect(socket.getaddrinfo('b', 1883)[0][-1])
print('connected')
`,
      },
      { wifi: { join: milliseconds(50), lostAfter: null, lostFor: milliseconds(0) } },
    )
    await bench.said(/raised -202\r\nraised 113\r\njoined True\r\nconnected/)
    expect(bench.network.connections).toHaveLength(1)
  })

  test('goes away and comes back as the scenario says', async () => {
    const bench = await VirtualBoardBench.boot(
      {
        'main.py': `${WIFI}
import time
while sta.isconnected(): time.sleep_ms(5)
print('lost', sta.status() == network.STAT_BEACON_TIMEOUT)
while not sta.isconnected(): time.sleep_ms(5)
print('found')
`,
      },
      // Each state lasts long enough to be seen by a board whose thread hardly gets a processor.
      { wifi: { join: milliseconds(0), lostAfter: milliseconds(1500), lostFor: milliseconds(1500) } },
    )
    await bench.said(/lost True\r\nfound/)
    expect(bench.air).toEqual([false, true])
  })

  test('reads, writes, time limits and blocking modes are a board’s', async () => {
    const bench = await VirtualBoardBench.boot({
      'main.py': `${WIFI}
import socket, errno
s = socket.socket()
s.connect(('b', 1883))
print(s.write('aé'), s.write(b'abc', 2), s.send(bytearray(b'x')))
s.setblocking(False)
print(s.read(1))
s.settimeout(0.02)
try: s.read(1)
except OSError as e: print(e.errno == errno.ETIMEDOUT)
s.setblocking(True)
f = s.makefile('rb')
print(f.readline(), s.recv(3), s.read(2))
b = bytearray(4)
print(s.readinto(b, 2), b)
s.close()
try: s.read(1)
except OSError as e: print(e.errno == errno.EBADF)
`,
    })
    bench.network.onConnection = (connection) => {
      let all = ''
      connection.onWrite = (bytes) => {
        all += Buffer.from(bytes).toString()
        if (all === 'aéabx') setTimeout(() => connection.send(Buffer.from('line\n12345zz')), 60)
      }
    }
    await bench.said(/3 2 1\r\nNone\r\nTrue\r\nb'line\\n' b'123' b'45'\r\n2 bytearray\(b'zz\\x00\\x00'\)\r\nTrue/)
    expect(bench.network.connections[0]!.writes.map((w) => Buffer.from(w).toString())).toEqual(['aé', 'ab', 'x'])
  })

  test('a reset takes the connection away without a FIN', async () => {
    const bench = await VirtualBoardBench.boot({
      'main.py': `${WIFI}
import socket, machine, time
s = socket.socket()
s.connect(('b', 1883))
if machine.reset_cause() == 1: machine.reset()
print('again')
time.sleep(60)
`,
    })
    await bench.said(/again/)
    expect(bench.network.connections.map((c) => c.gone)).toEqual(['reset', null])
  })
})

test('a program for CircuitPython finds its names, and its code.py is run', async () => {
  const bench = await VirtualBoardBench.boot({
    'settings.toml': '# who\nCIRCUITPY_WIFI_SSID = "home"\nPORT = 1883\n',
    'code.py': `import os, wifi, socketpool, board, digitalio, time
print(os.getenv('CIRCUITPY_WIFI_SSID'), os.getenv('PORT') + 1, os.getenv('NO'))
wifi.radio.connect(os.getenv('CIRCUITPY_WIFI_SSID'), 'secret')
led = digitalio.DigitalInOut(board.IO2)
led.direction = digitalio.Direction.OUTPUT
led.value = True
with digitalio.DigitalInOut(board.D0) as button:
    button.pull = digitalio.Pull.UP
    print('button', button.value, led.value)
pool = socketpool.SocketPool(wifi.radio)
s = pool.socket(pool.AF_INET, pool.SOCK_STREAM)
s.settimeout(0.05)
s.connect(pool.getaddrinfo('b', 1883)[0][4])
s.send(b'ab')
buffer = bytearray(4)
print(s.recv_into(buffer, 2), buffer)
try: s.recv_into(buffer)
except OSError as e: print('timed out', e.errno == 110, time.monotonic() > 0)
`,
  })
  bench.network.onConnection = (connection) => {
    connection.onWrite = () => connection.send(Buffer.from('xy'))
  }
  await bench.said(/home 1884 None[\s\S]*button True True[\s\S]*2 bytearray\(b'xy\\x00\\x00'\)\r\ntimed out True True/)
  expect(bench.pins).toEqual(['2=1'])
})

describe('the REPL', () => {
  test('is raw after Ctrl-A, and runs what ends with Ctrl-D', async () => {
    const bench = await VirtualBoardBench.boot({})
    await bench.said(/>>> $/)
    bench.board.type('\x01')
    await bench.said(/raw REPL; CTRL-B to exit\r\n>$/)
    bench.board.type('print(6 * 7)\x04')
    await bench.said(/OK42\r\n␄␄>$/)
    // It asks for raw-paste, which there is.
    bench.board.type('\x05A\x01')
    await bench.said(new RegExp(`R${String.fromCharCode(1)}`))
    bench.board.type('1 / 0\x04')
    await bench.said(/␄␄Traceback [\s\S]*ZeroDivisionError: divide by zero\r\n␄>$/)
  })

  test('Ctrl-D restarts: with main.py from the friendly REPL, without it from the raw one', async () => {
    const bench = await VirtualBoardBench.boot({ 'boot.py': 'print("boot")', 'main.py': 'print("main")' })
    await bench.said(/main[\s\S]*>>> $/)
    bench.board.type('\x04')
    await bench.said(/MPY: soft reboot\r\nboot\r\nmain\r\n[\s\S]*>>> $/)
    bench.console = ''
    bench.board.type('\x01')
    await bench.said(/raw REPL[\s\S]*>$/)
    bench.board.type('\x04')
    await bench.said(/MPY: soft reboot\r\nboot\r\n[\s\S]*raw REPL; CTRL-B to exit\r\n>$/)
    expect(bench.console).not.toContain('main')
    expect(bench.resets).toEqual(['soft', 'soft'])
  })

  test('input() waits for a line', async () => {
    const bench = await VirtualBoardBench.boot({ 'main.py': 'print("name?")\nprint("hello " + input())' })
    await bench.said(/name\?/)
    bench.board.type('bob\r')
    await bench.said(/hello bob/)
  })
})
