// Known gaps: what a broker, or a kind of device, is known not to do, by statement or by scenario, in a gaps.yaml beside the scenarios. A
// scenario with a gap is run like any other: failing it counts as `gap`, and passing it says that the gap is closed.

import { z } from 'zod'
import { kindName, parseVersions } from '../brokers/index.ts'
import { deviceKinds } from '../devices/index.ts'
import {
  childOf,
  Diagnostics,
  didYouMean,
  type Node,
  parseScenarioText,
  placeOf,
  text,
  validate,
} from '../scenario/index.ts'
import type { KnownGap } from './model/gap.ts'
import type { Plan } from './model/plan.ts'

export const GAPS_FILE = 'gaps.yaml'

const oneOrMore = z.union([text(), z.array(text()).min(1)])

const entry = z.strictObject({
  broker: oneOrMore.optional().describe('the kind of broker, or a name of the config; default: any'),
  device: oneOrMore.optional().describe('the kind of device that plays a role in the scenario; default: any'),
  versions: text().optional().describe('of the broker: <2.10, or >=2.9 <2.11; default: all'),
  statement: oneOrMore.optional().describe('what it does not keep, such as MQTT-3.3.5-1: all scenarios that test it'),
  scenario: oneOrMore
    .optional()
    .describe('the name of a scenario that it does not pass; NAME [qos=1] for one row of its matrix'),
  reason: text().describe('why, in a sentence'),
})

const shape = z.strictObject({
  version: z.literal(1, 'this version of hil reads version: 1'),
  gaps: z.array(entry),
})

/** What a gap may name. */
export interface Nameable {
  readonly brokers: ReadonlySet<string>
  readonly statements: ReadonlySet<string>
  readonly scenarios: ReadonlySet<string>
}

export interface ReadGaps {
  readonly gaps: readonly KnownGap[]
  readonly diagnostics: Diagnostics
}

/** Wrong entries are diagnostics, and so is one that names nothing: it would hide that a scenario was renamed. */
export function readGaps(file: string, source: string, nameable: Nameable): ReadGaps {
  const { gaps, diagnostics, check } = parseGaps(file, source)
  check(nameable)
  return { gaps, diagnostics }
}

export interface ParsedGaps extends ReadGaps {
  /** Adds diagnostics of what each gap names; called once. */
  check(nameable: Nameable): void
}

/** As `readGaps`, for a caller that looks for the names when it knows which are wanted. */
export function parseGaps(file: string, source: string): ParsedGaps {
  const { root, diagnostics: found } = parseScenarioText(file, source)
  const diagnostics = new Diagnostics()
  diagnostics.addAll(found)
  const parsed = root === null ? undefined : validate(shape, root, diagnostics)
  if (root === null || parsed === undefined) return { gaps: [], diagnostics, check() {} }
  const list = childOf(root, 'gaps')
  const nodes = list?.kind === 'list' ? list.items : []
  const gaps = parsed.gaps.map(
    ({ broker, device, versions, statement, scenario, reason }, k): KnownGap => ({
      brokers: asList(broker),
      devices: asList(device),
      versions,
      statements: asList(statement),
      scenarios: asList(scenario),
      reason,
      place: nodes[k]!.place,
    }),
  )
  return {
    gaps,
    diagnostics,
    check(nameable) {
      for (const [k, gap] of gaps.entries()) check(gap, nodes[k]!, nameable, diagnostics)
    },
  }
}

function check(gap: KnownGap, node: Node, nameable: Nameable, diagnostics: Diagnostics): void {
  const unknown = (
    what: string,
    names: readonly string[],
    known: ReadonlySet<string>,
    key: string,
    isIn = (name: string): boolean => known.has(name),
  ): void => {
    for (const name of names)
      if (!isIn(name))
        diagnostics.add({
          code: 'gap/names-nothing',
          message: `${what} "${name}"`,
          at: placeOf(node, name, key),
          hint: didYouMean(name, known) ?? 'take it out, or write what it is called now',
        })
  }
  unknown('unknown broker', gap.brokers, nameable.brokers, 'broker')
  unknown('unknown kind of device', gap.devices, new Set(Object.keys(deviceKinds)), 'device')
  if (gap.brokers.length === 0 && gap.devices.length === 0)
    diagnostics.add({
      code: 'gap/names-nothing',
      message: 'a gap names a broker or a device',
      at: node.place,
      hint: 'broker: aedes, or device: umqtt.simple',
    })
  unknown('no scenario here tests', gap.statements, nameable.statements, 'statement')
  const { scenarios } = nameable
  const isScenario = (name: string): boolean => scenarios.has(name) || isRowOf(name, scenarios)
  unknown('no scenario here is called', gap.scenarios, scenarios, 'scenario', isScenario)
  if (gap.statements.length === 0 && gap.scenarios.length === 0)
    diagnostics.add({
      code: 'gap/names-nothing',
      message: 'a gap names a statement or a scenario',
      at: node.place,
      hint: 'statement: MQTT-3.3.5-1, or scenario: its name',
    })
  if (gap.versions !== undefined && parseVersions(gap.versions) === undefined)
    diagnostics.add({
      code: 'gap/bad-versions',
      message: `"${gap.versions}" is not a version range`,
      at: placeOf(node, gap.versions, 'versions'),
      hint: 'such as <2.10, or >=2.9 <2.11',
    })
}

/** `name [qos=1]` is one row of a matrix; the row may have brackets of its own. */
const isRowOf = (row: string, names: ReadonlySet<string>): boolean =>
  row.endsWith(']') && [...names].some((name) => row.startsWith(`${name} [`))

const asList = (given: string | readonly string[] | undefined): readonly string[] =>
  given === undefined ? [] : typeof given === 'string' ? [given] : given

/** Those that speak of this plan, with its devices, on one of these names of its broker. */
export const gapsOf = (gaps: readonly KnownGap[], plan: Plan, brokers: readonly string[]): readonly KnownGap[] =>
  gaps.filter(
    (gap) =>
      (gap.brokers.length === 0 ||
        gap.brokers.some((name) => brokers.includes(name) || brokers.includes(kindName(name)))) &&
      (gap.devices.length === 0 || plan.devices.some(({ use, library }) => gap.devices.includes(library ?? use))) &&
      (namesScenario(gap, plan) || gap.statements.some((id) => plan.verifies.includes(id))),
  )

export const namesScenario = ({ scenarios }: KnownGap, { name, variant }: Plan): boolean =>
  scenarios.includes(name) || scenarios.includes(`${name} [${variant}]`)
