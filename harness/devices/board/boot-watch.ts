// Hears in a board's console that its chip has started, and why. The ROM of an ESP32 says so at every start; what a
// crash prints comes before it.

import type { RestartCause } from '../../evidence/index.ts'

/** What only a board that starts says: ROMs, boot loaders, the banners of Python and Zephyr. */
const STARTS =
  /ets [A-Z][a-z]{2} +\d+ \d{4}|rst:0x[0-9a-f]+|rst cause:\d|ESP-ROM:|MicroPython v?\d|CircuitPython \d|Press any key to enter the REPL|\*\*\* Booting |2nd stage bootloader|>>> /

export const saysStart = (text: string): boolean => STARTS.test(text)

const ROM_RESET = /rst:0x[0-9a-f]+ \((\w+)\)/g
const PANIC = /Guru Meditation|abort\(\) was called|assert failed:|Stack canary watchpoint|\bpanic'ed\b/
const BROWNOUT = /Brownout detector was triggered/
const WATCHDOG = /watchdog got triggered|Interrupt wdt timeout/
/** The longest piece of a message that may still be incomplete. */
const LONGEST = 200

function causeOf(word: string, before: string): RestartCause {
  if (/BROWN/.test(word) || BROWNOUT.test(before)) return 'brownout'
  if (PANIC.test(before)) return WATCHDOG.test(before) ? 'watchdog' : 'panic'
  if (/WDT|WATCHDOG/.test(word) || WATCHDOG.test(before)) return 'watchdog'
  if (/DEEPSLEEP/.test(word)) return 'sleep'
  if (/^(SW|RTC_SW|DIG_CORE_SW|SDIO)/.test(word)) return 'software'
  if (/POWERON|CHIP_POWER/.test(word)) return 'power'
  return 'unknown'
}

export class BootWatch {
  readonly #onStart: (cause: RestartCause) => void
  /** What came since the last start, as far as it may matter. */
  #text = ''
  #from = 0

  constructor(onStart: (cause: RestartCause) => void) {
    this.#onStart = onStart
  }

  feed(bytes: Uint8Array): void {
    this.#text += Buffer.from(bytes).toString('latin1')
    ROM_RESET.lastIndex = this.#from
    for (let found = ROM_RESET.exec(this.#text); found !== null; found = ROM_RESET.exec(this.#text)) {
      const before = this.#text.slice(0, found.index)
      this.#text = this.#text.slice(ROM_RESET.lastIndex)
      ROM_RESET.lastIndex = 0
      this.#onStart(causeOf(found[1]!, before))
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
