// Which statements were tested, by which scenarios, with what verdict: from the results of runs. A statement
// counts only where a claim that names it was judged; a scenario that was skipped covers nothing.

import type { MqttVersion, Statement } from '../lint/index.ts'

/** What of results.json is read here. */
export interface RanScenario {
  readonly name: string
  readonly file: string
  readonly variant: string
  readonly status: string
  readonly reason: string | null
  readonly verifies: readonly string[]
  readonly tags?: readonly string[]
  readonly broker: { readonly name: string; readonly version: string }
  readonly bindings: Readonly<Record<string, string>>
  readonly steps: readonly RanStep[]
}

interface RanStep {
  readonly verdict?: string
  readonly verifies?: readonly string[]
  readonly violates?: readonly string[]
}

export type Standing = 'pass' | 'gap' | 'inconclusive' | 'fail'

/** Worst first: one of them decides for all scenarios of a subject. */
const WORST: readonly Standing[] = ['fail', 'inconclusive', 'gap', 'pass']

export interface Evidence {
  readonly scenario: string
  readonly file: string
  readonly standing: Standing
  /** Of what does not pass. */
  readonly reason: string | null
}

/** A broker, or a device that plays `dut`. */
export interface CoverageSubject {
  readonly role: 'server' | 'client'
  readonly name: string
}

export interface StatementCoverage {
  readonly statement: Statement
  /** By the subject's name; a subject that no scenario tested it on is not in it. */
  readonly subjects: Readonly<Record<string, { readonly standing: Standing; readonly evidence: readonly Evidence[] }>>
  /** The sides that it binds and that nothing tested. */
  readonly missing: readonly CoverageSubject['role'][]
}

/** Statements of MQTT by how they were tested, with totals by their force. */
export interface Coverage {
  /** The one side that was asked for; null: both. */
  readonly side: CoverageSubject['role'] | null
  readonly subjects: readonly CoverageSubject[]
  readonly statements: readonly StatementCoverage[]
  /** Of the statements that a wire can show in full, and of those that it shows in part. */
  readonly totals: Readonly<Record<'yes' | 'partly', { readonly covered: number; readonly of: number }>>
}

/** The tag of scenarios whose statements are those of MQTT 5. */
const TAG_5 = 'mqtt5'

/** Whether a scenario's statements are those of this version. */
export const isAbout =
  (version: MqttVersion) =>
  ({ tags = [] }: Pick<RanScenario, 'tags'>): boolean =>
    tags.includes(TAG_5) === (version === '5')

/** The device under test in scenarios that test a client. */
export const DUT = 'dut'

/** `side`: only statements that bind it, and only what was tested of it. */
export function coverageOf(
  table: readonly Statement[],
  scenarios: readonly RanScenario[],
  side: CoverageSubject['role'] | null = null,
): Coverage {
  const statements = side === null ? table : table.filter((one) => one.side === side || one.side === 'both')
  const subjects = new Map<string, CoverageSubject>()
  const found = new Map<string, Map<string, Evidence[]>>()
  for (const scenario of scenarios) {
    const subject = subjectOf(scenario)
    if (side !== null && subject.role !== side) continue
    for (const id of new Set(scenario.verifies)) {
      const standing = standingOf(id, scenario)
      if (standing === null) continue
      subjects.set(subject.name, subject)
      const bySubject = found.get(id) ?? new Map<string, Evidence[]>()
      found.set(id, bySubject)
      const { name, variant, file } = scenario
      const evidence = {
        scenario: variant === '' ? name : `${name} [${variant}]`,
        file,
        standing,
        reason: standing === 'pass' ? null : scenario.reason,
      }
      bySubject.set(subject.name, [...(bySubject.get(subject.name) ?? []), evidence])
    }
  }
  const covered = statements.map((statement) => statementCoverage(statement, found.get(statement.id), subjects, side))
  const total = (testable: Statement['testable']) => {
    const these = covered.filter((c) => c.statement.testable === testable)
    return { covered: these.filter((c) => c.missing.length === 0).length, of: these.length }
  }
  return {
    side,
    subjects: [...subjects.values()].sort((a, b) => order(a).localeCompare(order(b))),
    statements: covered,
    totals: { yes: total('yes'), partly: total('partly') },
  }
}

const order = ({ role, name }: CoverageSubject): string => `${role === 'server' ? 0 : 1} ${name}`

function subjectOf({ bindings, broker }: RanScenario): CoverageSubject {
  const dut = bindings[DUT]
  return dut === undefined
    ? { role: 'server', name: `${broker.name} ${broker.version}`.trim() }
    : { role: 'client', name: dut }
}

/** null: it was not judged. */
function standingOf(id: string, { status, steps }: RanScenario): Standing | null {
  const own = steps.filter((step) => step.verifies?.includes(id) && step.verdict !== undefined)
  const named = steps.some((step) => step.verifies?.includes(id))
  if (named) {
    if (own.some((step) => step.verdict === 'fail')) return status === 'gap' ? 'gap' : 'fail'
    if (own.some((step) => step.verdict === 'inconclusive')) return 'inconclusive'
    return own.length > 0 ? 'pass' : null
  }
  switch (status) {
    case 'passed':
      return 'pass'
    case 'failed':
      return 'fail'
    case 'gap':
    case 'inconclusive':
      return status
    default:
      return null
  }
}

function statementCoverage(
  statement: Statement,
  found: ReadonlyMap<string, readonly Evidence[]> | undefined,
  known: ReadonlyMap<string, CoverageSubject>,
  side: CoverageSubject['role'] | null,
): StatementCoverage {
  const entries = [...(found ?? [])]
  const subjects = Object.fromEntries(
    entries.map(([name, evidence]) => {
      const standing = WORST.find((worst) => evidence.some((e) => e.standing === worst))!
      return [name, { standing, evidence }]
    }),
  )
  const roles = new Set(entries.map(([name]) => known.get(name)!.role))
  const binds = statement.side === 'both' ? (['server', 'client'] as const) : [statement.side]
  const wanted = binds.filter((role) => side === null || role === side)
  return { statement, subjects, missing: wanted.filter((role) => !roles.has(role)) }
}
