// Tasks, streams and polls of the virtual board: what asynchronous programs and libraries stand on.

import { describe, expect, test } from 'vitest'
import { VirtualBoardBench, WIFI } from './virtual.testing.ts'

describe('asyncio', () => {
  test('run() blocks; tasks take turns by time, and are gathered, limited in time and cancelled', async () => {
    const bench = await VirtualBoardBench.boot({
      'main.py': `import asyncio, time
async def work(n, ms):
    await asyncio.sleep_ms(ms)
    print('done', n)
    return n * 2
async def fail():
    await asyncio.sleep(0)
    raise ValueError('boo')
async def main():
    task = asyncio.create_task(work(1, 60))
    print(await asyncio.gather(work(2, 40), work(3, 20), task))
    try: await asyncio.wait_for(asyncio.sleep(9), 0.01)
    except asyncio.TimeoutError: print('late')
    print(await asyncio.wait_for(work(4, 1), 1))
    try: await asyncio.gather(fail(), work(5, 1))
    except ValueError as e: print('gathered', e)
    print(await asyncio.gather(fail(), work(6, 1), return_exceptions=True))
    task = asyncio.create_task(asyncio.sleep(9))
    await asyncio.sleep(0)
    print(task.cancel(), task.done())
    try: await task
    except asyncio.CancelledError: print('cancelled', task.done(), task.cancel())
    async def outer(): await asyncio.sleep(9)
    inner = asyncio.create_task(asyncio.create_task(outer()).__iter__())
    await asyncio.sleep_ms(1)
    inner.cancel()
    try: await inner
    except asyncio.CancelledError: print('with what it waits for')
    asyncio.create_task(fail())
    await asyncio.sleep_ms(5)
    return 'end'
print(asyncio.run(main()))
try: asyncio.run(fail())
except ValueError as e: print('raised', e)
import uasyncio
async def stop():
    await uasyncio.sleep_ms(10)
    uasyncio.get_event_loop().stop()
loop = uasyncio.get_event_loop()
loop.create_task(stop())
loop.run_forever()
print('over')`,
    })
    await bench.said(/over\r\n/)
    const lines = bench.console.split('\r\n').filter((line) => !line.startsWith('future:') && !line.startsWith('  '))
    expect(lines.slice(0, lines.indexOf('over'))).toEqual([
      'done 3',
      'done 2',
      'done 1',
      '[4, 6, 2]',
      'late',
      'done 4',
      '8',
      'gathered boo',
      'done 5',
      'done 6',
      "[ValueError('boo',), 12]",
      'True False',
      'cancelled True False',
      'with what it waits for',
      "Task exception wasn't retrieved",
      'Traceback (most recent call last):',
      'ValueError: boo',
      'end',
      'raised boo',
    ])
  })

  test('events wake all, locks go from one to the next, and a cancelled one is passed over', async () => {
    const bench = await VirtualBoardBench.boot({
      'main.py': `import asyncio
async def main():
    event, lock = asyncio.Event(), asyncio.Lock()
    async def waiter(n):
        await event.wait()
        print('woken', n)
    async def holder(n):
        async with lock:
            print('holds', n)
            await asyncio.sleep_ms(5)
    for n in range(2): asyncio.create_task(waiter(n))
    a, b, c = [asyncio.create_task(holder(n)) for n in range(3)]
    await asyncio.sleep_ms(1)
    print(event.is_set(), lock.locked())
    event.set()
    b.cancel()
    await c
    print(lock.locked())
    try: lock.release()
    except RuntimeError as e: print(e)
asyncio.run(main())
print('over')`,
    })
    await bench.said(/over\r\n/)
    expect(bench.console.split('over')[0]!.trim().split('\r\n')).toEqual([
      'holds 0',
      'False True',
      'woken 0',
      'woken 1',
      'holds 2',
      'False',
      'Lock not acquired',
    ])
  })

  test('a flag is set by the function of a pin, while every task waits', async () => {
    const bench = await VirtualBoardBench.boot({
      'main.py': `import asyncio
from machine import Pin
flag = asyncio.ThreadSafeFlag()
Pin(0, Pin.IN, Pin.PULL_UP).irq(lambda p: flag.set(), Pin.IRQ_FALLING)
async def main():
    print('waiting')
    await flag.wait()
    print('pressed', flag.state)
asyncio.run(main())`,
    })
    await bench.said(/waiting/)
    bench.board.setPin(0, 0)
    await bench.said(/pressed 0/)
  })

  test('Ctrl-C ends what waits in it', async () => {
    const bench = await VirtualBoardBench.boot({
      'main.py': 'import asyncio\nprint("go")\nasyncio.run(asyncio.sleep(99))',
    })
    await bench.said(/go\r\n/)
    bench.board.type('\x03')
    await bench.said(/KeyboardInterrupt: \r\n[\s\S]*>>> $/)
  })

  test('streams wait for what comes, without keeping others from their turn', async () => {
    const bench = await VirtualBoardBench.boot({
      'main.py': `${WIFI}
import asyncio
async def tick():
    while True:
        await asyncio.sleep_ms(5)
        ticks.append(1)
ticks = []
async def main():
    asyncio.create_task(tick())
    reader, writer = await asyncio.open_connection('b', 1883)
    writer.write(b'hello')
    await writer.drain()
    print(await reader.readline(), await reader.readexactly(3), await reader.read(10), await reader.read())
    print(len(ticks) > 3)
    await writer.wait_closed()
asyncio.run(main())
print('over')`,
    })
    bench.network.onConnection = (connection) => {
      connection.onWrite = () => {
        setTimeout(() => connection.send(Buffer.from('li')), 20)
        setTimeout(() => connection.send(Buffer.from('ne\n12')), 40)
        setTimeout(() => connection.send(Buffer.from('3')), 60)
        setTimeout(() => connection.send(Buffer.from('abc')), 80)
        setTimeout(() => connection.end(), 100)
      }
    }
    await bench.said(/b'line\\n' b'123' b'abc' b''\r\nTrue\r\nover/)
    expect(bench.network.connections[0]!.gone).toBe('destroyed')
  })
})

describe('a socket that does not block', () => {
  const CONNECT = `${WIFI}
import errno, select, socket, sys, time
def told(act):
    try: return act()
    except OSError as e: return errno.errorcode[e.errno]
s = socket.socket()
s.setblocking(False)
`

  test('is on its way, then writable, then readable; a full buffer takes nothing', async () => {
    const bench = await VirtualBoardBench.boot({
      'main.py': `${CONNECT}
p = select.poll()
p.register(s)
print(told(lambda: s.connect(('b', 1883))))
print([bits for _, bits in p.poll(1000)], s.write(b'abc'), p.poll(0)[0][0] is s)
p.modify(s, select.POLLIN)
print(p.poll(10))
print(s.write(b'more'))
print([bits for _, bits in p.poll(1000)], s.read(9), p.poll(0))
print(s.write(b'kept'), s.write(b'not taken'), told(lambda: s.send(b'nor this')))
p.modify(s, select.POLLOUT)
print(p.poll(10))
p.unregister(s)
print('end', told(lambda: p.modify(s, 1)))
print([bits for _, bits in p.poll(0)], select.select([s], [], [], 0))`,
    })
    bench.network.onConnection = (connection) => {
      connection.onWrite = (bytes) => {
        if (Buffer.from(bytes).toString() !== 'more') return
        connection.send(Buffer.from('in'))
        connection.stalled = true
      }
    }
    await bench.said(/end ENOENT\r\n\[\][^\r]*\r\n/)
    expect(bench.console.split('\r\n').slice(0, 8)).toEqual([
      'EINPROGRESS',
      '[4] 3 True',
      '[]',
      '4',
      "[1] b'in' []",
      '4 None EAGAIN',
      '[]',
      'end ENOENT',
    ])
    expect(bench.console).toContain('[] ([], [], [])')
  })

  test('that is still on its way takes and gives nothing', async () => {
    const bench = await VirtualBoardBench.boot({
      'main.py': `${CONNECT}
print(told(lambda: s.connect(('b', 1883))), told(lambda: s.write(b'early')), s.read(1), select.select([s], [s], [], 0.01))
print('end')`,
    })
    bench.network.answer = 'hang'
    await bench.said(/^EINPROGRESS EINPROGRESS None \(\[\], \[\], \[\]\)\r\nend/)
  })

  test('that is refused says so at the next call, and to whoever polls', async () => {
    const bench = await VirtualBoardBench.boot({
      'main.py': `${CONNECT}
print(told(lambda: s.connect(('b', 1883))))
readers, writers, failures = select.select([s], [s], [s], 1)
print(readers == [s], writers == [s], failures == [s])
print(told(lambda: s.write(b'x')), told(lambda: s.write(b'x')))
s.close()
p = select.poll()
p.register(s)
print([bits for _, bits in p.poll(0)], 'end')`,
    })
    bench.network.answer = { refuse: 'ECONNREFUSED' }
    await bench.said(/end\r\n/)
    expect(bench.console.split('\r\n').slice(0, 4)).toEqual([
      'EINPROGRESS',
      'True True True',
      'ECONNREFUSED ENOTCONN',
      '[16] end',
    ])
  })

  test('is polled together with the console and with streams of the program’s own', async () => {
    const bench = await VirtualBoardBench.boot({
      'main.py': `import io, select, sys
class Own(io.IOBase):
    asked = 0
    def ioctl(self, request, flags):
        self.asked += 1
        return flags if self.asked > 2 else 0
p = select.poll()
p.register(sys.stdin, select.POLLIN)
print('type', p.poll(0))
print([bits for _, bits in p.poll()], sys.stdin.read(1))
own = Own()
p.register(own, select.POLLIN)
print([stream is own for stream, _ in p.poll(1000)], own.asked)
try: p.register(7)
except OSError as e: print(e)`,
    })
    await bench.said(/type \[\]/)
    bench.board.type('k')
    await bench.said(/\[1\] k\r\n\[True\] 3\r\n\[Errno 22\] EINVAL/)
  })
})
