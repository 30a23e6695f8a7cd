import { expect, test } from 'vitest'
import { BootWatch, saysStart } from './boot-watch.ts'

function heard(...pieces: readonly string[]): readonly string[] {
  const causes: string[] = []
  const watch = new BootWatch(({ cause }) => causes.push(cause))
  for (const piece of pieces) watch.feed(Buffer.from(piece))
  return causes
}

test.each([
  ['power', 'rst:0x1 (POWERON_RESET),boot:0x13'],
  ['brownout', '\r\nBrownout detector was triggered\r\n\r\nrst:0xf (RTCWDT_BROWN_OUT_RESET),boot:0x13'],
  ['panic', "Guru Meditation Error: Core  0 panic'ed (LoadProhibited)\r\nBacktrace: 0x1:0x2\r\nrst:0xc (SW_CPU_RESET)"],
  ['watchdog', 'rst:0x8 (TG1WDT_SYS_RESET),boot:0x13'],
  ['software', 'rst:0xc (SW_CPU_RESET),boot:0x13'],
  ['sleep', 'rst:0x5 (DEEPSLEEP_RESET),boot:0x13'],
  ['sleep', 'ESP-ROM:esp32c3-api1-20210207\r\nBuild:Feb  7 2021\r\nrst:0x5 (DSLEEP),boot:0xc (SPI_FAST_FLASH_BOOT)'],
  [
    'brownout',
    'BOD: Brownout detector was triggered\r\n\r\nESP-ROM:esp32s3-20210327\r\nrst:0xf (BROWN_OUT_RST),boot:0x8',
  ],
  ['watchdog', 'ESP-ROM:esp32s2-rc4-20191025\r\nrst:0x7 (TG0WDT_SYS_RST),boot:0x8 (SPI_FAST_FLASH_BOOT)'],
  ['power', ' ets Jan  8 2013,rst cause:1, boot mode:(3,6)'],
  ['watchdog', ' ets Jan  8 2013,rst cause:4, boot mode:(3,6)'],
  ['watchdog', 'Soft WDT reset\r\n>>>stack>>>\r\n ets Jan  8 2013,rst cause:2, boot mode:(3,6)'],
  ['panic', 'Exception (28):\r\nepc1=0x4020105c\r\n ets Jan  8 2013,rst cause:2, boot mode:(3,6)'],
  ['panic', 'E: >>> ZEPHYR FATAL ERROR 4: Kernel panic on CPU 0\r\n*** Booting Zephyr OS build v3.6.0 ***\r\n'],
  [
    'unknown',
    '*** Booting MCUboot v2.1.0 ***\r\n*** Booting nRF Connect SDK v2.7.0 ***\r\n*** Using Zephyr OS v3.6.99 ***',
  ],
  [
    'panic',
    '*** RIOT kernel panic:\r\nHARD FAULT HANDLER\r\n*** rebooting...\r\nmain(): This is RIOT! (Version: 2024.01)',
  ],
  ['panic', 'dump_assert_info: Current Version: NuttX  12.4.0\r\nNuttShell (NSH) NuttX-12.4.0\r\nnsh> '],
])('a chip that starts says why: %s', (cause, text) => {
  expect(heard(text)).toEqual([cause])
  expect(heard(...text)).toEqual([cause])
})

test('each start counts once, and what came before one says nothing of the next', () => {
  expect(heard('Guru Meditation\r\nrst:0xc (SW_CPU_RESET)\r\nready\r\nrst:0xc (SW_CPU_RESET)')).toEqual([
    'panic',
    'software',
  ])
})

test('the banner of a system after the text of a ROM tells of the same start', () => {
  const start = 'rst:0x1 (POWERON_RESET),boot:0x13\r\n*** Booting Zephyr OS build v3.6.0 ***\r\n'
  expect(heard(start, start)).toEqual(['power', 'power'])
  expect(heard(start, '*** Booting Zephyr OS build v3.6.0 ***')).toEqual(['power', 'unknown'])
})

test('what a program prints is no start', () => {
  expect(heard('temp=21.5 rst:0 (x)\r\n')).toEqual([])
  expect(saysStart('temp=21.5\r\nresetting sensor')).toBe(false)
  expect(saysStart('>>> ZEPHYR FATAL ERROR 4')).toBe(false)
  expect(saysStart('ets Jul 29 2019 12:21:46')).toBe(true)
})
