// What programs for an ESP32 import besides sockets and pins: clocks, memory that outlives resets, buses with nothing on
// them.

import { expect, test } from 'vitest'
import { VirtualBoardBench } from './virtual.testing.ts'

test('RTC: its memory outlives resets and deep sleep, and it tells the time that it is given', async () => {
  const bench = await VirtualBoardBench.boot({
    'main.py': `import machine, time
rtc = machine.RTC()
count = len(rtc.memory())
rtc.memory(b'\\x00' * (count + 1))
if count == 0: machine.reset()
if count == 1: machine.deepsleep(10)
print('count', count, machine.reset_cause() == machine.DEEPSLEEP_RESET)
rtc.datetime((2030, 1, 2, 0, 4, 5, 6, 0))
print(time.localtime()[:6], rtc.datetime()[:7])
try: rtc.memory(bytes(2049))
except ValueError as e: print(e)`,
  })
  await bench.said(/count 2 True\r\n\(2030, 1, 2, 4, 5, \d\) \(2030, 1, 2, 2, 4, 5, \d\)\r\nbuffer too long/)
  expect(bench.resets).toEqual(['reset', 'deepsleep'])
})

test('NVS: numbers and blobs outlive resets, and are no files that a program sees', async () => {
  const bench = await VirtualBoardBench.boot({
    'main.py': `import esp32, os, umachine
def told(act, *args):
    try: return act(*args)
    except Exception as e: return type(e).__name__, e.args
nvs = esp32.NVS('app')
buffer = bytearray(4)
try: boots = nvs.get_i32('boots')
except OSError as e:
    print('first', e.args)
    boots = 0
nvs.set_i32('boots', boots + 1)
nvs.set_blob('id', b'abc')
nvs.commit()
if boots < 2: umachine.reset()
print(boots, nvs.get_blob('id', buffer), bytes(buffer), told(nvs.get_blob, 'id', bytearray(2)))
print(told(esp32.NVS('other').get_i32, 'boots'), told(nvs.set_i32, 'k' * 16, 1), told(nvs.set_i32, 'k', 1 << 31))
nvs.erase_key('boots')
print(told(nvs.get_i32, 'boots'), os.listdir('/'), [e[0] for e in os.ilistdir('/')])
part = esp32.Partition(esp32.Partition.RUNNING)
print(part.info(), told(part.get_next_update), len(esp32.Partition.find(esp32.Partition.TYPE_DATA)))
print('end')`,
  })
  await bench.said(/end\r\n/)
  expect(
    bench.console
      .split('\r\n')
      .filter((line) => line !== '')
      .slice(0, 6),
  ).toEqual([
    "first (-4354, 'ESP_ERR_NVS_NOT_FOUND')",
    "2 3 b'abc\\x00' ('OSError', (-4364, 'ESP_ERR_NVS_INVALID_LENGTH'))",
    "('OSError', (-4354, 'ESP_ERR_NVS_NOT_FOUND')) ('OSError', (-4361, 'ESP_ERR_NVS_KEY_TOO_LONG')) ('OverflowError', ('overflow converting long int to machine word',))",
    "('OSError', (-4354, 'ESP_ERR_NVS_NOT_FOUND')) ['rom', 'main.py'] ['rom', 'main.py']",
    "(0, 0, 65536, 2031616, 'factory', False) ('OSError', (-261, 'ESP_ERR_NOT_FOUND')) 3",
    'end',
  ])
})

test('on the buses nobody answers, as on a chip with nothing wired to it', async () => {
  const bench = await VirtualBoardBench.boot({
    'main.py': `import dht, ds18x20, micropython, neopixel, ntptime, onewire, requests, urequests
from machine import DAC, I2C, SPI, SoftI2C, UART, Pin, time_pulse_us
micropython.alloc_emergency_exception_buf(100)
def told(act, *args):
    try: return act(*args)
    except OSError as e: return e.errno
    except Exception as e: return type(e).__name__
bus = SoftI2C(scl=Pin(22), sda=Pin(21), freq=400000)
print('i2c', I2C(0).scan(), told(bus.writeto, 60, b'x'), told(bus.readfrom_mem, 60, 0, 2))
print('rest', SPI(1, baudrate=1).read(2), UART(2, 9600).any(), UART(2, 9600).read(), time_pulse_us(Pin(4, Pin.IN, Pin.PULL_DOWN), 1, 500))
wires = ds18x20.DS18X20(onewire.OneWire(Pin(4)))
print('dht', told(dht.DHT22(Pin(4)).measure), wires.scan(), told(wires.convert_temp))
pixels = neopixel.NeoPixel(Pin(5), 2)
pixels[1] = (255, 0, 7)
pixels.write()
print('pixels', pixels[0], pixels[1], len(pixels))
print('web', told(urequests.get, 'http://api.example'), told(ntptime.settime))
try: import ssd1306
except ImportError as e: print(e)`,
  })
  await bench.said(/no module named 'ssd1306'/)
  expect(bench.console.split('\r\n').slice(0, 5)).toEqual([
    'i2c [] 19 19',
    "rest b'\\x00\\x00' 0 None -2",
    'dht 110 [] OneWireError',
    'pixels (0, 0, 0) (255, 0, 7) 2',
    'web 113 -202',
  ])
})

test('a driver of the user’s own takes the place of ours', async () => {
  const bench = await VirtualBoardBench.boot({
    'lib/dht.py':
      'class DHT22:\n  def __init__(self, pin): pass\n  def measure(self): pass\n  def temperature(self): return 21.5',
    'main.py': 'import dht\ns = dht.DHT22(4)\ns.measure()\nprint(s.temperature())',
  })
  await bench.said(/^21\.5\r\n/)
})

test('CircuitPython’s analog pins, PWM and buses', async () => {
  const bench = await VirtualBoardBench.boot({
    'code.py': `import analogio, board, busio, pwmio
light = analogio.AnalogIn(board.IO34)
led = pwmio.PWMOut(board.LED, frequency=1000)
led.duty_cycle = 65535
i2c = busio.I2C(board.IO22, board.IO21)
while not i2c.try_lock(): pass
print(light.value, led.duty_cycle, i2c.scan())`,
  })
  bench.board.setPin(34, 0)
  await bench.said(/(0|65535) 65535 \[\]/)
  expect(bench.pins).toContain('2=1')
})
