// What ails a board that does not answer as MicroPython does, by the end of what it said; and what to try next.

const OTHER_FIRMWARE =
  'check that MicroPython is on it, that baud: in the hardware map is right, and that no other program (Thonny, mpremote) reads its port; a board with other firmware needs commands:'
const COMMANDS = 'a board with other firmware needs commands: on the device; MicroPython would have to be flashed'
const PYTHON = />>> (?!ZEPHYR FATAL)|Traceback|MicroPython|CircuitPython/
/** What a chip says when it starts. */
const STARTS = /rst:0x|rst cause:|\*\*\* Booting (?!MCUboot)/g

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: noise and echoes are what they look for
const NOISE = /[^\x07-\x0d\x1b\x20-\x7e]/g
/** What we type to reach the REPL. */
const TYPED = /[\x01-\x03\r\n]|\^[ABC]/g
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: noise and echoes are what they look for

/** Systems that are known by their prompts and answers. */
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\bnsh> |NuttShell/, "NuttX's shell answers"],
  [/\buart:~\$|ZEPHYR FATAL|Booting Zephyr|Booting nRF Connect/, 'Zephyr answers'],
  [/This is RIOT!|^> .*shell: command not found/m, 'RIOT answers'],
  [/\b(?:esp32\w*|esp)> |Unrecognized command|ESP-IDF v\d/, 'an ESP-IDF application answers'],
  [/(?:^|[\r\n])(?:\+CME ERROR.*|ERROR|OK)\r/, 'a modem with AT commands answers'],
  [/(?:^|\n)\d\d:\d\d:\d\d(?:\.\d+)? [A-Z]{3}: /, 'Tasmota answers'],
  [/\[[CDIWE]\]\[[\w.]+:\d+\]: /, 'ESPHome answers'],
  [/U-Boot|login: |\$ $|# $/, 'a Linux console answers'],
  [/command not found/i, 'a shell of other firmware answers'],
]

/** What is the matter, and a hint. */
export function diagnosed(said: string): readonly [trouble: string, hint: string] {
  if (said === '')
    return [
      'it says nothing',
      'check that MicroPython is on it; it may be without power, held in reset, or the cable carries power only',
    ]
  if (/waiting for download|DOWNLOAD_BOOT|DOWNLOAD\(/i.test(said))
    return ['its chip waits in download mode', 'reset it without BOOT (GPIO0) pressed; a flash tool leaves it so']
  if ((said.match(STARTS) ?? []).length > 1)
    return ['it starts again and again', 'its power may be too weak (brownout), or its flash is empty or broken']
  if (/invalid header: 0xffffffff|No bootable app|flash read err/i.test(said))
    return ['its flash is empty', 'write firmware on it: image: and flash: on the device, or a flash tool']
  const own = said.replace(TYPED, '')
  if (own === '')
    return [
      'it echoes what is typed, and says nothing else',
      `TX and RX of the port may be connected to each other; ${COMMANDS}`,
    ]
  const system = SYSTEMS.find(([pattern]) => pattern.test(said))?.[1]
  if (PYTHON.test(said) && system === undefined)
    return [
      'its program does not stop at Ctrl-C',
      'a reset line (reset: rts in the hardware map) stops such a program; or erase its main.py with a flash tool',
    ]
  if ((own.match(NOISE) ?? []).length > own.length / 4)
    return ['what it says is noise, as at a wrong baud rate', OTHER_FIRMWARE]
  if (system !== undefined) return [system, COMMANDS]
  return ['another program answers, or one that does not stop at Ctrl-C', OTHER_FIRMWARE]
}
