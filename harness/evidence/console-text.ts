// The text of a console line as a claim reads it: without terminal escapes, and without the prefix that a logging library
// puts before the message. The record keeps the line as it came; these forms are computed from it.

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what it looks for
const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]+[0-~]|[0-~])|\x9b[0-?]*[ -/]*[@-~]/g

/** Without colours, cursor movements and other escape sequences of ECMA-48. */
export const withoutEscapes = (text: string): string => (text.includes('\x1b') ? text.replace(ESCAPES, '') : text)

/** In brackets, or a date or a time of the day without. */
const TIME =
  /(?:\[\s*[\d:.,]+\]\s+|\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?Z?\]?:?\s+|\d\d:\d\d:\d\d(?:[.,]\d+)?\s+)/
/** A word for it in brackets, or before a colon or a dash. */
const LEVEL =
  /(?:\[ *(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL) *\]:? +|(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL)(?::(?<module>[\w.-]+): ?| - |: ?))/

/**
 * Prefixes of loggers, each with what may follow it before the message: the logger's module.
 * ESP-IDF `I (321) wifi: `, Arduino-ESP32 `[  321][I][main.cpp:12] setup(): `, Zephyr `[00:00:01.000,000] <inf> app: ` and without
 * times `I: `, ESPHome `[12:00:01][I][mqtt:274]: `, Mbed `[INFO][main]: `, a level as a word as NuttX, Python and Rust write it
 * (`[   1.000000] [ INFO] `, `INFO:app:`, `INFO - `), Tasmota `12:00:01.234 MQT: `, and a date, a time, or a time in brackets
 * before anything.
 */
const PREFIXES: readonly RegExp[] = [
  /^[EWIDV] \([\d:.]+\) (?:(?<module>[^:\s]+): )?/,
  /^\[\s*\d+\]\[[EWIDV]\]\[[^\]]*\] (?:(?<module>[\w~:]+\(\)): )?/,
  /^(?:\[\s*[\d:.,]+\]\s*)?<(?:err|wrn|inf|dbg)> (?:(?<module>[\w.-]+): )?/,
  /^[EWID]: (?:(?<module>[\w.-]+): )?/,
  /^(?:\[\s*[\d:.,]+\]\s*)?\[(?:[EWIDVC]|VV)\]\[(?<module>[\w.-]+)[^\]]*\]: /,
  /^\[(?:DBG|INFO|WARN|ERR) ?\]\[(?<module>[^\]]*)\]: /,
  new RegExp(`^${TIME.source}?${LEVEL.source}`),
  new RegExp(`^${TIME.source}(?:(?<module>[A-Z]{3}): )?`),
]

/**
 * The line, and each shorter text of it that a claim about the whole line may mean; the line itself comes first.
 * `seen`: what of it was told before it had an end, such as a prompt; what came after that is a text of its own.
 */
export function lineForms(line: string, seen?: string): readonly string[] {
  if (seen !== undefined && line.startsWith(seen))
    return [...new Set([...lineForms(line), ...lineForms(line.slice(seen.length))])]
  const plain = withoutEscapes(line)
  const forms = new Set([line, plain])
  for (const prefix of PREFIXES) {
    const found = prefix.exec(plain)
    if (found === null || found[0] === '') continue
    const rest = plain.slice(found[0].length)
    const module = found.groups?.module
    if (module !== undefined) forms.add(`${module}: ${rest}`)
    forms.add(rest)
  }
  return [...forms]
}
