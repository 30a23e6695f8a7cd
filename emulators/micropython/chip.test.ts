// What a chip has less of than this computer: so many sockets, a clock that nobody has set. And names
// of modules that programs of chips import.

import { describe, expect, test } from 'vitest'
import { VirtualBoardBench, WIFI } from './virtual.testing.ts'

describe('so many sockets', () => {
  test('one more is OSError(23), until one is closed', async () => {
    const bench = await VirtualBoardBench.boot(
      {
        'main.py': `import socket
a, b = socket.socket(), socket.socket()
try: socket.socket()
except OSError as e: print('third', e.args)
a.close()
print('again', socket.socket() is not None)`,
      },
      { sockets: 2 },
    )
    await bench.said(/again True/)
    expect(bench.console).toContain('third (23,)')
  })
})

describe('the clock', () => {
  const NOW = `import time, machine
cause = machine.reset_cause()
print(cause, '%d-%02d-%02d' % time.localtime()[:3])`

  test('shows what the board was made with; what is set outlives resets', async () => {
    const bench = await VirtualBoardBench.boot(
      {
        'main.py': `${NOW}
if cause == machine.PWRON_RESET:
    machine.RTC().datetime((2031, 5, 6, 0, 7, 8, 9, 0))
    machine.reset()`,
      },
      { bootClock: Date.UTC(2000, 0, 1) },
    )
    await bench.said(/2 2031-05-06/)
    expect(bench.console).toContain('1 2000-01-01')
  })

  test('ntptime sets it to the true date, and not without Wi-Fi', async () => {
    const bench = await VirtualBoardBench.boot(
      {
        'main.py': `import ntptime, time
try: ntptime.settime()
except OSError as e: print(e.errno, time.localtime()[0])
${WIFI}
ntptime.settime()
print('set', '%d-%02d' % time.localtime()[:2])`,
      },
      { bootClock: Date.UTC(2000, 0, 1) },
    )
    await bench.said(/set .*\r\n/)
    expect(bench.console).toContain('-202 2000\r\n')
    expect(bench.console).toContain(`set ${new Date().toISOString().slice(0, 7)}\r\n`)
  })

  test('is this computer’s where nothing else was said', async () => {
    const bench = await VirtualBoardBench.boot({ 'main.py': NOW })
    await bench.said(new RegExp(`1 ${new Date().getUTCFullYear()}-`))
  })
})

describe('webrepl', () => {
  test('starts, and says so as on a chip', async () => {
    const bench = await VirtualBoardBench.boot({
      'webrepl_cfg.py': "PASS = 'secret'",
      'main.py': `import webrepl
webrepl.start()
${WIFI}
webrepl.start(password='other')
webrepl.stop()
try: webrepl.start(password='longer than nine')
except ValueError: print('too long')`,
    })
    await bench.said(/too long/)
    expect(bench.console.split('\r\n').slice(0, 4)).toEqual([
      'WebREPL no active interface',
      'Started webrepl in normal mode',
      expect.stringMatching(/^WebREPL server started on http:\/\/[\d.]+:8266\/$/),
      'Started webrepl in manual override mode',
    ])
  })

  test('without a password says what to do, and raises what a chip raises', async () => {
    const bench = await VirtualBoardBench.boot({ 'boot.py': 'import webrepl\nwebrepl.start()' })
    await bench.said(/TypeError: can't convert 'NoneType' object to str implicitly/)
    expect(bench.console).toContain("WebREPL is not configured, run 'import webrepl_setup'")
  })
})
