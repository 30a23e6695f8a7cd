// The devices of a scenario, from nodes to plan: which kind, with which options in the library's
// own units.

import { dirname, resolve as resolvePath } from 'node:path'
import type { z } from 'zod'
import {
  clients,
  firmware,
  milliseconds,
  type OptionSpec,
  Problem,
  type PyValue,
  seconds,
} from '../../emulators/index.ts'
import {
  childOf,
  Diagnostics,
  didYouMean,
  entryOf,
  interpolate,
  type Node,
  parseDuration,
  type Scope,
  validate,
} from '../scenario/index.ts'
import { notKnownYet } from './context.ts'
import { device as shape } from './grammar.ts'
import type { DevicePlan, ProcessPlan, SignalPlan } from './plan.ts'

const DEFAULT_POLL = milliseconds(100)

export interface DeviceContext {
  readonly diagnostics: Diagnostics
  readonly scope: Scope
  readonly file: string
  /** Devices that a boot step names. */
  readonly bootedBySteps: ReadonlySet<string>
}

type Parsed = z.output<typeof shape>

export function compileDevice(name: string, node: Node, context: DeviceContext): DevicePlan | undefined {
  const { diagnostics } = context
  const command = childOf(node, 'command')
  const filled = interpolate(node, context.scope, diagnostics)
  const parsed = validate(shape, filled.node, diagnostics)
  if (parsed === undefined) return undefined
  for (const open of filled.deferred)
    if (command === undefined || !within(open.place, filled.node, 'command'))
      notKnownYet(open.place, diagnostics, 'a device is set up before; link.host and link.port can stand in command:')
  if (!keysFit(parsed, node, diagnostics)) return undefined
  const options = optionsOf(parsed, filled.node, diagnostics)
  return {
    name,
    place: node.place,
    use: parsed.use,
    with: options,
    will: willOf(parsed),
    firmware: parsed.firmware ?? 'puppet',
    poll: parsed.poll === false ? null : (parsed.poll ?? DEFAULT_POLL),
    signals: signalsOf(parsed),
    process: parsed.use === 'process' ? processOf(parsed, childOf(filled.node, 'command')!, context) : null,
    needs: parsed.needs ?? [],
    waitsForBoot: context.bootedBySteps.has(name),
  }
}

const within = (place: { line: number; column: number }, device: Node, key: string): boolean => {
  const node = childOf(device, key)
  const places = node === undefined ? [] : node.kind === 'list' ? node.items.map((i) => i.place) : [node.place]
  return places.some((p) => p.line === place.line && p.column === place.column)
}

/** Which keys make sense depends on `use`. */
function keysFit(parsed: Parsed, node: Node, diagnostics: Diagnostics): boolean {
  const isProcess = parsed.use === 'process'
  const foreign = isProcess ? (['with', 'will', 'firmware', 'poll', 'signals'] as const) : (['command', 'env'] as const)
  const wrong = foreign.filter((key) => parsed[key] !== undefined)
  for (const key of wrong)
    diagnostics.add({
      code: 'scenario/key-of-another-kind',
      message: isProcess ? `a process has no ${key}` : `${key} is for use: process`,
      at: entryOf(node, key)!.keyPlace,
      hint: isProcess ? 'the program decides that; pass it in command: or env:' : `remove it, or write use: process`,
    })
  if (isProcess && parsed.command === undefined) {
    diagnostics.add({
      code: 'scenario/missing-key',
      message: 'a process needs a command',
      at: entryOf(node, 'use')!.keyPlace,
      hint: 'for instance command: mosquitto_sub -h ${{ link.host }} -p ${{ link.port }} -t a/b',
    })
    return false
  }
  return wrong.length === 0
}

function processOf(parsed: Parsed, command: Node, context: DeviceContext): ProcessPlan {
  return {
    command({ host, port }) {
      const diagnostics = new Diagnostics()
      const scope: Scope = { values: { ...context.scope.values, link: { host, port } }, later: new Set() }
      const filled = interpolate(command, scope, diagnostics).node
      const wrong = diagnostics.all[0]
      if (wrong !== undefined) throw new Problem(wrong.code, wrong.message, { at: wrong.at, hint: wrong.hint })
      return filled.kind === 'list' ? filled.items.map(textOf) : textOf(filled)
    },
    environment: parsed.env ?? {},
    directory: resolvePath(dirname(context.file)),
  }
}

const textOf = (node: Node): string => (node.kind === 'scalar' ? String(node.value) : '')

function willOf({ will }: Parsed): DevicePlan['will'] {
  if (will === undefined) return null
  const payload = new TextEncoder().encode(will.payload)
  return { topic: will.topic, payload, qos: will.qos ?? 0, retain: will.retain ?? false }
}

function signalsOf({ signals }: Parsed): Readonly<Record<string, SignalPlan>> {
  return Object.fromEntries(
    Object.entries(signals ?? {}).map(([name, s]) => [name, { pin: s.pin, active: s.active ?? 'high' }]),
  )
}

/** Options that the harness sets itself: a device finds the broker through its link. */
const FROM_THE_LINK = ['server', 'port', 'broker', 'host']

function optionsOf(parsed: Parsed, node: Node, diagnostics: Diagnostics): Record<string, PyValue> {
  if (parsed.use === 'process') return {}
  const runs = parsed.firmware ?? 'puppet'
  const specs = runs === 'puppet' ? clients[parsed.use].options : firmware[runs].options
  const converted: Record<string, PyValue> = {}
  const given = childOf(node, 'with')
  for (const [name, value] of Object.entries(parsed.with ?? {})) {
    const entry = entryOf(given, name)!
    const spec = specs.find((s) => s.name === name)
    if (spec === undefined || FROM_THE_LINK.includes(name)) {
      diagnostics.add({
        code: 'scenario/unknown-option',
        message:
          spec === undefined
            ? `${runs === 'puppet' ? parsed.use : runs} has no option "${name}"`
            : `${name} is set by the device's link`,
        at: entry.keyPlace,
        hint:
          spec === undefined
            ? (didYouMean(
                name,
                specs.map((s) => s.name),
              ) ?? `it has ${specs.map((s) => s.name).join(', ')}`)
            : 'remove it; --broker says which broker the link leads to',
      })
      continue
    }
    const result = convert(spec, value)
    if (result.wrong === undefined) converted[name] = result.value!
    else
      diagnostics.add({ code: 'scenario/option-type', message: result.wrong, at: entry.value.place, hint: result.hint })
  }
  for (const spec of specs)
    if (runs !== 'puppet' && spec.default === undefined && converted[spec.name] === undefined)
      diagnostics.add({
        code: 'scenario/missing-option',
        message: `${runs} needs the option "${spec.name}": ${spec.summary}`,
        at: entryOf(node, 'firmware')!.keyPlace,
        hint: `with: { ${spec.name}: … }`,
      })
  return converted
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
