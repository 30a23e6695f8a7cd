// The options under `with:`, from text with units to the values and the units of the library that takes them.

import { type OptionSpec, type PyValue, seconds } from '../../emulators/index.ts'
import { childOf, didYouMean, entryOf, parseDuration } from '../scenario/index.ts'
import type { Written } from './kind.ts'

/** Options that the harness sets itself: a device finds the broker through its link. */
const FROM_THE_LINK = ['server', 'port', 'broker', 'host']

/** What is wrong is added to the diagnostics, and left out. `owner`: whose options they are, for messages. */
export function optionsOf(written: Written, owner: string, specs: readonly OptionSpec[]): Record<string, PyValue> {
  const { words, node, diagnostics } = written
  const converted: Record<string, PyValue> = {}
  const given = childOf(node, 'with')
  for (const [name, value] of Object.entries(words.with ?? {})) {
    const entry = entryOf(given, name)!
    const spec = specs.find((s) => s.name === name)
    if (spec === undefined || FROM_THE_LINK.includes(name)) {
      diagnostics.add({
        code: 'scenario/unknown-option',
        message: spec === undefined ? `${owner} has no option "${name}"` : `${name} is set by the device's link`,
        at: entry.keyPlace,
        hint: spec === undefined ? known(name, specs) : 'remove it; --broker says which broker the link leads to',
      })
      continue
    }
    const result = convert(spec, value)
    if (result.wrong === undefined) converted[name] = result.value!
    else
      diagnostics.add({ code: 'scenario/option-type', message: result.wrong, at: entry.value.place, hint: result.hint })
  }
  return converted
}

function known(name: string, specs: readonly OptionSpec[]): string {
  const names = specs.map((s) => s.name)
  return didYouMean(name, names) ?? `it has ${names.join(', ')}`
}

type Converted = { value?: PyValue; wrong?: string; hint?: string }

function convert(spec: OptionSpec, value: unknown): Converted {
  const wrong = (expected: string, hint?: string): Converted => ({
    wrong: `${spec.name} is ${expected}, not ${JSON.stringify(value)}`,
    ...(hint === undefined ? {} : { hint }),
  })
  switch (spec.type) {
    case 'seconds': {
      const parsed = typeof value === 'string' ? parseDuration(value) : null
      if (parsed?.ok !== true) return wrong('a time', typeof value === 'number' ? `write ${value}s` : 'such as 4s')
      const inSeconds = parsed.value / seconds(1)
      return Number.isInteger(inSeconds) ? { value: inSeconds } : wrong('whole seconds, as the packet carries it')
    }
    case 'int':
      return Number.isInteger(value) ? { value: value as number } : wrong('a whole number')
    case 'bool':
      return typeof value === 'boolean' ? { value } : wrong('true or false')
    case 'str':
      return typeof value === 'string' ? { value } : wrong('text', `write "${value}"`)
    case 'bytes':
      return typeof value === 'string' ? { value: new TextEncoder().encode(value) } : wrong('text', `write "${value}"`)
  }
}
