// The options under `with:`, from text with units to the values and the units of the library that takes them.

import { inSeconds, type OptionSpec, type PyValue } from '../../emulators/index.ts'
import { childOf, didYouMean, entryOf, parseDuration } from '../scenario/index.ts'
import type { Written } from './written.ts'

/** An option of a device that is no emulated client may count in milliseconds. */
export interface DeviceOption extends Omit<OptionSpec, 'type'> {
  readonly type: OptionSpec['type'] | 'milliseconds'
}

/** Options that the harness sets itself: a device finds the broker through its link. */
export const FROM_THE_LINK: readonly string[] = [
  ...['server', 'port', 'broker', 'host'],
  ...['uri', 'hostname', 'transport', 'port'].map((part) => `broker.address.${part}`),
]

/** What is wrong is added to the diagnostics, and left out. `owner`: whose options they are, for messages. */
export function optionsOf(written: Written, owner: string, specs: readonly DeviceOption[]): Record<string, PyValue> {
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
    // It was reported already.
    if (entry.value.kind === 'scalar' && entry.value.broken === true) continue
    const result = convert(spec, value)
    if (result.wrong === undefined) converted[name] = result.value!
    else
      diagnostics.add({ code: 'scenario/option-type', message: result.wrong, at: entry.value.place, hint: result.hint })
  }
  return converted
}

function known(name: string, specs: readonly DeviceOption[]): string {
  const names = specs.map((s) => s.name)
  return didYouMean(name, names) ?? `it has ${names.join(', ')}`
}

type Converted = { value?: PyValue; wrong?: string; hint?: string }

function convert(spec: DeviceOption, given: unknown): Converted {
  const wrong = (expected: string, hint?: string): Converted => ({
    wrong: `${spec.name} is ${expected}, not ${JSON.stringify(given)}`,
    ...(hint === undefined ? {} : { hint }),
  })
  switch (spec.type) {
    case 'seconds':
    case 'milliseconds': {
      const parsed = typeof given === 'string' ? parseDuration(given) : null
      const unit = spec.type === 'seconds' ? 's' : 'ms'
      if (parsed?.ok !== true)
        return wrong('a time', typeof given === 'number' ? `write ${given}${unit}` : `such as 4${unit}`)
      const value = spec.type === 'seconds' ? inSeconds(parsed.value) : parsed.value
      if (spec.fractional || Number.isInteger(value)) return { value }
      return wrong('whole seconds, as the library or the packet wants them')
    }
    case 'int':
      return Number.isInteger(given) ? { value: given as number } : wrong('a whole number')
    case 'tls':
      return typeof given === 'boolean' || given === 'context' || given === 'verify'
        ? { value: given }
        : wrong('true, false, context or verify')
    case 'bool':
      return typeof given === 'boolean' ? { value: given } : wrong('true or false')
    case 'str':
      return typeof given === 'string' ? { value: given } : wrong('text', `write "${given}"`)
    case 'bytes':
      return typeof given === 'string' ? { value: new TextEncoder().encode(given) } : wrong('text', `write "${given}"`)
  }
}
