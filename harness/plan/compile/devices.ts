// The devices of a scenario, from nodes to plan. Which keys one takes, and what they come to, its kind knows.

import type { z } from 'zod'
import { Problem } from '../../../emulators/index.ts'
import {
  type AnyDeviceKind,
  type DeviceKey,
  type DeviceWords,
  deviceKeys,
  deviceKinds,
  type LinkFacts,
  MQTT5,
  protocolName,
  wifiAccess,
  wiringOf,
} from '../../devices/index.ts'
import {
  childOf,
  Diagnostics,
  entryOf,
  type Interpolated,
  interpolate,
  type Node,
  type Scope,
  type ScopeMap,
  scalarsOf,
  validate,
} from '../../scenario/index.ts'
import type { DevicePlan } from '../model/plan.ts'
import { device as shape } from '../schema/grammar.ts'
import { notKnownYet } from './context.ts'
import { latencyOf, placeOf, tlsOf, warnOfStrangers } from './device-link.ts'

export interface DeviceContext {
  readonly diagnostics: Diagnostics
  readonly scope: Scope
  readonly file: string
  /** Devices that a boot step names. */
  readonly bootedBySteps: ReadonlySet<string>
  /** Why this scenario cannot be run with what its roles are bound to. */
  readonly unfit: string[]
}

/** `plays`: it was put there from outside of the file, in place of this. */
export function compileDevice(
  name: string,
  node: Node,
  context: DeviceContext,
  plays: string | null,
): DevicePlan | undefined {
  const { diagnostics, file } = context
  const filled = interpolate(node, context.scope, diagnostics)
  const words = validate(shape, filled.node, diagnostics)
  if (words === undefined) return undefined
  const kind = deviceKinds[words.use]!
  const unfit = (why: string): boolean => {
    if (plays !== null) context.unfit.push(`${name} is bound to ${why}`)
    return plays !== null
  }
  const runsAlone = words.firmware !== undefined && words.firmware !== 'puppet'
  if (runsAlone && !kind.keys.includes('firmware') && unfit(`${words.use}, which runs no firmware`)) return undefined
  reportOpen(filled, kind, diagnostics)
  const fits = keysFit(words, kind, filled.node, diagnostics)
  if (words.link?.websocket === true && kind.speaksWebSocket !== true && !unfit(`${words.use}, which has no WebSocket`))
    reportNoWebSocket(words.use, filled.node, diagnostics)
  if (!speaks(words, kind, filled.node, diagnostics, unfit)) return undefined
  const settings = kind.compile({
    name,
    use: words.use,
    words,
    node: filled.node,
    file,
    diagnostics,
    plays,
    unfit,
    atLink: (part, link) => fillAtLink(part, link, context.scope),
  })
  if (!fits || settings === undefined) return undefined
  const busy = kind.busy(settings)
  if (plays !== null && deviceKinds[plays]?.binding?.actsByItself === true && busy === null)
    unfit(`${words.use}, which does nothing by itself`)
  const level = kind.level === undefined ? 4 : kind.level(settings)
  if (!speaks(words, { levels: level === null ? kind.levels : [level] }, filled.node, diagnostics, unfit))
    return undefined
  if (!willFits(words, kind, settings, level, filled.node, diagnostics, unfit)) return undefined
  warnOfStrangers(words.link, filled.node, kind.linkHost !== undefined, diagnostics)
  return {
    name,
    place: node.place,
    use: words.use,
    settings,
    signals: wiringOf(words),
    busy,
    library: kind.library?.(settings) ?? null,
    calls: kind.calls?.(settings) ?? null,
    level,
    protocol: words.protocol ?? null,
    tls: tlsOf(words.link, filled.node, file, diagnostics),
    at: placeOf(words.link),
    websocket: words.link?.websocket === true,
    latency: latencyOf(words.link),
    needs: words.needs ?? [],
    capabilities: kind.capabilities?.(settings) ?? null,
    shows: new Set(kind.shows ?? []),
    changes: new Set(['boot', 'reset', 'off', ...(kind.becomes ?? [])]),
    names: kind.names?.(settings) ?? null,
    waitsForBoot: context.bootedBySteps.has(name),
  }
}

function reportOpen({ node, deferred }: Interpolated, kind: AnyDeviceKind, diagnostics: Diagnostics): void {
  const late = kind.late ?? []
  for (const { place } of deferred)
    if (!late.some((key) => within(place, node, key)))
      notKnownYet(
        place,
        diagnostics,
        'a device is set up before; link.host and link.port can stand in command: and in files: { NAME: { text } }',
      )
}

const within = (place: { line: number; column: number }, device: Node, key: string): boolean => {
  const node = childOf(device, key)
  return (
    node !== undefined && scalarsOf(node).some((p) => p.place.line === place.line && p.place.column === place.column)
  )
}

/** Which keys make sense depends on `use`. */
function keysFit(words: DeviceWords, kind: AnyDeviceKind, node: Node, diagnostics: Diagnostics): boolean {
  const all = Object.keys(deviceKeys) as DeviceKey[]
  const wrong = all.filter((key) => words[key] !== undefined && !kind.keys.includes(key))
  for (const key of wrong) {
    const at = entryOf(node, key)!.keyPlace
    const { lacks } = kind
    const takers = Object.values(deviceKinds).filter((other) => other.keys.includes(key))
    const names = takers.map((other) => other.name).join(' or ')
    diagnostics.add({
      code: 'scenario/key-of-another-kind',
      message: lacks === undefined ? `${key} is for use: ${names}` : `${lacks.noun} has no ${key}`,
      at,
      hint: lacks === undefined ? `remove it, or write use: ${names}` : lacks.hint,
    })
  }
  return wrong.length === 0
}

type Unfit = (why: string) => boolean

/** Whether the kind can speak what `protocol:` says. */
function speaks(
  { protocol, use, firmware = 'puppet' }: z.output<typeof shape>,
  { levels = [4] }: Pick<AnyDeviceKind, 'levels'>,
  node: Node,
  diagnostics: Diagnostics,
  unfit: Unfit,
): boolean {
  if (protocol === undefined || levels.includes(protocol)) return true
  if (unfit(`${use}, which has no ${protocolName(protocol)}`)) return true
  const able = Object.values(deviceKinds).filter((kind) => kind.levels?.includes(protocol) === true)
  const who = able.some((kind) => kind.name === use) && firmware !== 'puppet' ? `${firmware} on ${use}` : use
  diagnostics.add({
    code: 'scenario/no-protocol',
    message: `${who} has no ${protocolName(protocol)}: it speaks ${levels.map(protocolName).join(', ')}`,
    at: entryOf(node, 'protocol')!.value.place,
    hint: who === use ? `remove it, or write use: ${able.map((kind) => kind.name).join(' or ')}` : 'remove it',
  })
  return false
}

/** The properties of a will are of MQTT 5. */
function willFits(
  { will, use }: z.output<typeof shape>,
  kind: AnyDeviceKind,
  settings: unknown,
  level: number | null,
  node: Node,
  diagnostics: Diagnostics,
  unfit: Unfit,
): boolean {
  const told = kind.tells?.(settings, 'connect', 'will.properties') ?? true
  if (will?.properties !== undefined && level === MQTT5) {
    const fault = kind.cannotSay?.(settings, 'will', will) ?? null
    if (fault === null || unfit(`${use}, which ${fault.why}`)) return true
    diagnostics.add({
      code: 'scenario/library-cannot-send',
      message: `${use} ${fault.why}`,
      at: entryOf(childOf(node, 'will')!, 'properties')!.keyPlace,
      hint: 'leave it out, or take a device with use: raw or mqttjs',
    })
    return false
  }
  if (will?.properties === undefined || ((level === MQTT5 || level === null) && told)) return true
  if (unfit(`${use}, which has no MQTT 5`)) return true
  const canSpeak = kind.levels?.includes(MQTT5) === true
  diagnostics.add({
    code: 'scenario/needs-mqtt5',
    message: `properties are of MQTT 5, and this device ${told ? `speaks ${protocolName(level ?? 4)}` : 'has no place for them in its connect command'}`,
    at: entryOf(childOf(node, 'will')!, 'properties')!.keyPlace,
    hint: told
      ? canSpeak
        ? 'write protocol: 5 into the device'
        : 'take a device with use: raw, mqttjs or esp-mqtt'
      : 'write {will.properties:json} into it',
  })
  return false
}

function reportNoWebSocket(use: string, node: Node, diagnostics: Diagnostics): void {
  const able = Object.values(deviceKinds).filter((kind) => kind.speaksWebSocket === true)
  diagnostics.add({
    code: 'scenario/no-websocket',
    message: `${use} has no WebSocket`,
    at: entryOf(childOf(node, 'link')!, 'websocket')!.keyPlace,
    hint: `remove it, or write use: ${able.map((kind) => kind.name).join(' or ')}`,
  })
}

function fillAtLink(part: Node, facts: LinkFacts, outer: Scope): Node {
  const diagnostics = new Diagnostics()
  const known = { ...wifiAccess(), ...facts }
  const link = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) as ScopeMap
  const scope: Scope = { values: { ...outer.values, link }, later: new Set() }
  const filled = interpolate(part, scope, diagnostics).node
  const wrong = diagnostics.all[0]
  if (wrong !== undefined) throw new Problem(wrong.code, wrong.message, { at: wrong.at, hint: wrong.hint })
  return filled
}
