// Hears in a board's console that its chip has started, and why. The ROM of an ESP32 says so at every start; what a
// crash prints comes before it.

import type { RestartCause } from '../../evidence/index.ts'

/** What only a board that starts says: ROMs, boot loaders, the banners of Python, Zephyr, NuttX, RIOT and U-Boot. */
const STARTS =
  /ets [A-Z][a-z]{2} +\d+ \d{4}|rst:0x[0-9a-f]+|rst cause:\d|ESP-ROM:|MicroPython v?\d|CircuitPython \d|Press any key to enter the REPL|\*\*\* Booting |2nd stage bootloader|NuttShell \(NSH\)|This is RIOT!|U-Boot \d|>>> (?!ZEPHYR FATAL)/

export const saysStart = (text: string): boolean => STARTS.test(text)

/** The ROM of an ESP32 or an ESP8266; else the banner of a system, which may come after a ROM's text. MCUboot starts another. */
const START_OF_CHIP =
  /rst:0x[0-9a-f]+ \((?<word>\w+)\)|rst cause:(?<number>\d+)|\*\*\* Booting (?!MCUboot)[^*]+\*\*\*|NuttShell \(NSH\)|This is RIOT!/g
const PANIC =
  /Guru Meditation|abort\(\) was called|assert failed:|Stack canary watchpoint|\bpanic'ed\b|\bpanicked at\b|ZEPHYR FATAL ERROR|ASSERTION FAIL|kernel panic|\*\*\* PANIC \*\*\*|\bException \(\d+\):|up_assert|_assert: |dump_assert_info|MbedOS (?:Fault|Error)|\b(?:Hard|Bus|Usage) ?Fault\b/i
const BROWNOUT = /Brown-?out detector was triggered|\bBOD: Brownout|power dipped/i
const WATCHDOG = /watchdog (?:got triggered|timer expired|reset)|Interrupt wdt timeout|\b(?:Soft )?WDT reset/i
/** The longest piece of a message that may still be incomplete. */
const LONGEST = 200

function causeOf(word: string, before: string): RestartCause {
  if (/BROWN/.test(word) || BROWNOUT.test(before)) return 'brownout'
  if (PANIC.test(before)) return WATCHDOG.test(before) ? 'watchdog' : 'panic'
  if (/WDT|WATCHDOG/.test(word) || WATCHDOG.test(before)) return 'watchdog'
  if (/D(?:EEP)?SLEEP/.test(word)) return 'sleep'
  if (/^(SW|RTC_SW|DIG_CORE_SW|SDIO)/.test(word)) return 'software'
  if (/POWERON|CHIP_POWER/.test(word)) return 'power'
  return 'unknown'
}

/** Of an ESP8266: power, and the watchdog of its hardware; a reset from outside and by software are told alike. */
const BY_NUMBER: Readonly<Record<string, string>> = { 1: 'POWERON', 4: 'WDT' }

export interface ChipStart {
  readonly cause: RestartCause
  /** rom: said at once. banner: by a system, which may take its time. */
  readonly by: 'rom' | 'banner'
}

export class BootWatch {
  readonly #onStart: (start: ChipStart) => void
  /** What came since the last start, as far as it may matter. */
  #text = ''
  #from = 0
  /** A ROM has told of the start that the next banner tells of, too. */
  #told = false

  constructor(onStart: (start: ChipStart) => void) {
    this.#onStart = onStart
  }

  feed(bytes: Uint8Array): void {
    this.#text += Buffer.from(bytes).toString('latin1')
    START_OF_CHIP.lastIndex = this.#from
    for (let found = START_OF_CHIP.exec(this.#text); found !== null; found = START_OF_CHIP.exec(this.#text)) {
      const { word, number } = found.groups!
      const before = this.#text.slice(0, found.index)
      this.#text = this.#text.slice(START_OF_CHIP.lastIndex)
      START_OF_CHIP.lastIndex = 0
      const isRom = word !== undefined || number !== undefined
      const isNews = isRom || !this.#told
      this.#told = isRom
      const cause = causeOf(word ?? BY_NUMBER[number ?? ''] ?? '', before)
      if (isNews) this.#onStart({ cause, by: isRom ? 'rom' : 'banner' })
    }
    // A backtrace of some thousand bytes may stand between the panic and the start.
    if (this.#text.length > 16_384) this.#text = this.#text.slice(-8192)
    this.#from = Math.max(0, this.#text.length - LONGEST)
  }

  /** What came before does not count for the next start. */
  forget(): void {
    this.#text = ''
    this.#from = 0
  }
}
