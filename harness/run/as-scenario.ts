// What a program asked a session for, as the text of a scenario: beside a record it says what was done, and `hil judge`
// compiles it again.

import { IDLE_KIND } from '../devices/index.ts'
import type { YamlMap, YamlValue } from '../plan/index.ts'
import { documentText, flow, map, type Value, Written } from '../scenario/index.ts'

export interface Asked {
  readonly devices: readonly (readonly [name: string, words: YamlMap])[]
  readonly steps: readonly YamlMap[]
}

export interface AsScenario {
  readonly text: string
  /** The line of each step; lines begin at 1. */
  readonly lines: readonly number[]
}

/** `about`: lines of comment at its head. */
export function asScenario(name: string, { devices, steps }: Asked, about: readonly string[]): AsScenario {
  const head = [
    ...about.map((line) => `# ${line.replaceAll(/[\r\n]+/g, ' ')}`),
    entry('name', name),
    'version: 1',
    'devices:',
    ...(devices.length === 0 ? NOBODY : devices).map(([device, words]) => `  ${entry(device, worded(words))}`),
    'steps:',
  ]
  const items = (steps.length === 0 ? NOTHING : steps).map(
    (words) => `  - ${documentText(flow(worded(words)) as never).trimEnd()}`,
  )
  return { text: `${[...head, ...items].join('\n')}\n`, lines: steps.map((_, k) => head.length + 1 + k) }
}

/** A scenario has at least one device and one step. */
const NOBODY = [['nobody', { use: IDLE_KIND }]] as const
const NOTHING = [{ delay: '0ms' }]

const entry = (key: string, value: Value): string => documentText(map([[key, flow(value)]])).trimEnd()

/** As a step says it: a RegExp between slashes, and expressions as they are. */
function worded(value: YamlValue): Value {
  if (value instanceof RegExp) return new Written(String(value), true)
  if (typeof value === 'string') return value.includes('${{') ? new Written(value, true) : value
  if (value === undefined || value === null || typeof value !== 'object') return value ?? null
  if (Array.isArray(value)) return (value as readonly YamlValue[]).map(worded)
  return Object.fromEntries(
    Object.entries(value as YamlMap).flatMap(([key, item]) => (item === undefined ? [] : [[key, worded(item)]])),
  )
}
