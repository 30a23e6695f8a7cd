// Text to plans, one for each combination of the matrix. Nothing is opened; what is wrong is
// collected, all of it, with places.

import type { z } from 'zod'
import { type Duration, seconds } from '../../../emulators/index.ts'
import { BROKER_PLACEHOLDERS } from '../../brokers/index.ts'
import { MQTT5 } from '../../devices/index.ts'
import { isSecretName } from '../../evidence/index.ts'
import {
  blamedOnRegexes,
  childOf,
  Diagnostics,
  entryOf,
  type Node,
  parseScenarioText,
  type ScalarNode,
  type Scope,
  type ScopeValue,
  typedValue,
  validate,
} from '../../scenario/index.ts'
import { bindingsOf } from '../bind/bind.ts'
import { Casting } from '../bind/resolve-bindings.ts'
import { checkTime } from '../fleet/check-time.ts'
import { compileFleet } from '../fleet/compile.ts'
import { overridden } from '../fleet/overrides.ts'
import { linkedMembers } from '../fleet/share.ts'
import { bareDevice } from '../model/bare-device.ts'
import {
  type BrokerFacts,
  type BrokerRequest,
  type DevicePlan,
  type FleetOverrides,
  type Plan,
  statementsIn,
} from '../model/plan.ts'
import { scenario as shape } from '../schema/grammar.ts'
import { compileAlways } from './always.ts'
import { type Beside, type BesideFiles, brokenFiles, withBeside } from './beside.ts'
import { claimsProperties } from './claims5.ts'
import { type Context, interpolateNow } from './context.ts'
import type { DeviceContext } from './devices.ts'
import { leveledBySteps } from './level-by-steps.ts'
import { combinations, unusedAxes } from './matrix.ts'
import { contractsOf, unknownClauses, unpromised } from './promises.ts'
import {
  discreet,
  secretsIn,
  secretVars,
  shownBeside,
  shownVars,
  withoutSecrets,
  withoutSecretTitles,
} from './secrets.ts'
import { compileSlos } from './slo.ts'
import { slowRegexes } from './slow-regexes.ts'
import { compileSteps } from './steps.ts'
import { checkVerified } from './verified.ts'

export const DEFAULT_TIMEOUT: Duration = seconds(60)

export interface CompileOptions {
  /** For scenarios that set no timeout. */
  readonly timeout?: Duration | undefined
  /** What `env.…` means; default: the environment of this process. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** In place of the scenario's own vars; values as text, read as YAML would. */
  readonly vars?: Readonly<Record<string, string>> | undefined
  /** What `broker.…` in expressions means, by the broker that the scenario will run on. */
  readonly broker: (request: BrokerRequest | null) => BrokerFacts
  readonly seed?: number | undefined
  /** In place of what the scenario says of its fleet. */
  readonly fleet?: FleetOverrides | undefined
  /** What the scenario reads beside its text, by path; default: it is read from the disk. */
  readonly beside?: BesideFiles | undefined
  /** In place of what the file has in these roles, by device, as written. Throws Problem `binding/…` when one cannot be read. */
  readonly bind?: Readonly<Record<string, string>> | undefined
}

export interface CompileResult {
  readonly plans: readonly Plan[]
  /** The scenario as it may be shown: without passwords. */
  readonly text: string
  readonly diagnostics: Diagnostics
}

/** Names that only the run can tell. */
export const LATER: ReadonlySet<string> = new Set(['saved', 'link', 'i'])

export function compile(file: string, text: string, options: CompileOptions): CompileResult {
  const { root: written, diagnostics: found, regexes } = parseScenarioText(file, text)
  const diagnostics = new Diagnostics()
  diagnostics.addAll(found)
  if (written === null) return { plans: [], text, diagnostics }
  const { root, files } = withBeside(file, written, diagnostics, options.beside)
  const matrix = childOf(root, 'matrix')
  const rows = combinations(matrix === undefined ? {} : listsOf(typedValue(matrix)))
  const secrets: ScalarNode[] = []
  const plans = rows.flatMap((row) => compileOne({ file, text, root, files, secrets }, row, options, diagnostics) ?? [])
  if (!diagnostics.hasErrors) diagnostics.addAll([...unknownClauses(root), ...unusedAxes(root), ...slowRegexes(root)])
  const shown = new Diagnostics()
  shown.addAll(blamedOnRegexes(diagnostics.all, regexes).map((diagnostic) => discreet(diagnostic, root, secrets)))
  return { plans: shown.hasErrors ? [] : plans, text: withoutSecrets(text, root, [], secrets), diagnostics: shown }
}

/** What is not a list of values is reported elsewhere, and passed over here. */
function listsOf(matrix: ScopeValue): Readonly<Record<string, readonly ScopeValue[]>> {
  if (typeof matrix !== 'object' || matrix === null || Array.isArray(matrix)) return {}
  return Object.fromEntries(
    Object.entries(matrix).filter(([, list]) => Array.isArray(list) && list.length > 0),
  ) as Readonly<Record<string, readonly ScopeValue[]>>
}

/** A scenario with what it reads beside its text. */
interface Source extends Beside {
  readonly file: string
  readonly text: string
  /** What was found to be secret in any row, by its place in the text. */
  readonly secrets: ScalarNode[]
}

function compileOne(
  { file, text, root, files, secrets: hidden }: Source,
  row: ReturnType<typeof combinations>[number],
  options: CompileOptions,
  diagnostics: Diagnostics,
): Plan | undefined {
  const casting = new Casting(bindingsOf(row.values.bind, options.bind, root, diagnostics))
  const around: Scope = {
    values: { matrix: row.values, env: (options.env ?? process.env) as ScopeValue, seed: options.seed ?? 0 },
    later: LATER,
    broken: brokenFiles(root),
  }
  const contracts = contractsOf(playedIn(root, casting), around, diagnostics)
  const outer: Scope = { ...around, values: { ...around.values, contract: contracts } }
  const head = headOf(root, outer, options, diagnostics)
  const parsed = validate(shape, head.node, diagnostics)
  const request = brokerOf(parsed?.broker)
  const facts = options.broker(request)
  const scope: Scope = {
    values: {
      ...outer.values,
      vars: head.vars as ScopeValue,
      broker: brokerValue(facts),
    },
    later: LATER,
    broken: around.broken!,
  }
  const promises = parsed?.promises ?? {}
  const unmet = unpromised(promises, contracts, childOf(root, 'promises'), diagnostics)
  // What is about clauses that there are not has no values for its expressions.
  const stepNodes = unmet === null ? listOf(childOf(root, 'steps')) : []
  const fleet = compileFleet(childOf(root, 'fleet'), {
    diagnostics,
    scope,
    file,
    source: () => ({ text, vars: options.vars ?? {}, beside: files }),
    seed: options.seed ?? 0,
  })
  const unfit: string[] = []
  const lives = new Set<string>()
  const devices = devicesOf(root, { diagnostics, scope, file, unfit }, stepNodes, casting)
  if (casting.unfit !== null) unfit.push(casting.unfit)
  const timeout = parsed?.timeout ?? options.timeout ?? DEFAULT_TIMEOUT
  const context: Context = {
    diagnostics,
    scope,
    file,
    devices,
    groups: new Set(namesIn(childOf(root, 'fleet'))),
    programs: new Map(
      fleet?.groups.flatMap(({ name, firmware }) => (firmware === null ? [] : [[name, firmware.name]])),
    ),
    linked: new Set(linkedMembers(fleet).map((member) => member.name)),
    steps: new Map(),
    timeout,
    lasts: stepNodes.every(onlyClaims) ? (Number.POSITIVE_INFINITY as Duration) : timeout,
    observe: observed(parsed?.observer ?? fleet === null),
    saved: new Set(),
    repeats: false,
    leveled: leveledBySteps(stepNodes, [...devices.keys()]),
    bound: casting.bound,
    secrets: hidden,
    unfit,
    lives,
  }
  checkVerified(parsed?.verifies ?? [], root, context)
  const steps = compileSteps(stepNodes, '', context)
  const always = compileAlways(unmet === null ? listOf(childOf(root, 'always')) : [], context)
  const phases = [...context.steps.keys()]
  const slos = compileSlos(childOf(root, 'slo'), {
    diagnostics,
    scope,
    phases,
    groups: [...context.groups],
    hasFleet: childOf(root, 'fleet') !== undefined,
  })
  if (parsed === undefined) return undefined
  const claims5 = claimsProperties(root)
  const secrets = [
    ...secretsIn(text, root, scope, hidden),
    ...secretVars(root, head.vars),
    ...Object.entries(options.vars ?? {}).flatMap(([name, value]) => (isSecretName(name) ? [value] : [])),
  ]
  const plan: Plan = {
    name: parsed.name,
    file,
    text: withoutSecrets(text, root, secrets, hidden),
    secrets,
    place: entryOf(root, 'name')?.keyPlace ?? root.place,
    tags: parsed.tags ?? [],
    description: parsed.description ?? null,
    verifies: [...new Set([...(parsed.verifies ?? []), ...[...always, ...steps].flatMap(statementsIn)])],
    gaps: [],
    timeout: context.timeout,
    clock: parsed.clock ?? null,
    variant: row.label,
    skip: skipOf(parsed.skip) ?? unmet ?? context.unfit[0] ?? null,
    unfit: context.unfit.length > 0,
    broker: request,
    observe: context.observe ?? [],
    observes5: claims5 || [...devices.values()].some(({ level }) => level === MQTT5),
    claims5,
    lives,
    given: {
      vars: shownVars(options.vars ?? {}, secrets),
      ...(options.bind === undefined ? {} : { bind: options.bind }),
      ...(Object.keys(files).length === 0 ? {} : { beside: shownBeside(files, secrets) }),
      seed: options.seed ?? 0,
      timeout: options.timeout ?? DEFAULT_TIMEOUT,
      broker: facts,
      ...(options.fleet === undefined ? {} : { fleet: options.fleet }),
    },
    devices: [...devices.values()],
    fleet,
    slos,
    always: withoutSecretTitles(always, secrets),
    steps: withoutSecretTitles(steps, secrets),
  }
  const asked = options.fleet === undefined ? plan : overridden(plan, options.fleet)
  checkTime(asked, diagnostics)
  return asked
}

const observed = (observer: boolean | readonly string[]): readonly string[] =>
  typeof observer !== 'boolean' ? observer : observer ? ['#'] : []

/** Everything but devices, steps and always, with expressions filled in; and the vars. */
function headOf(
  root: Node,
  outer: Scope,
  options: CompileOptions,
  diagnostics: Diagnostics,
): { node: Node; vars: Record<string, ScopeValue> } {
  const vars: Record<string, ScopeValue> = {}
  if (root.kind !== 'map') return { node: root, vars }
  // A scenario that names its own broker may do so with its vars: there it is not known yet.
  const own = entryOf(root, 'broker') !== undefined
  const known = own ? outer.values : { ...outer.values, broker: brokerValue(options.broker(null)) }
  const varsNode = childOf(root, 'vars')
  for (const { key, value } of varsNode?.kind === 'map' ? varsNode.entries : []) {
    const given = options.vars?.[key]
    const scope: Scope = { values: { ...known, vars }, later: outer.later }
    vars[key] = given === undefined ? typedValue(interpolateNow(value, scope, diagnostics)) : typedValue(given)
  }
  const scope: Scope = { values: { ...outer.values, vars }, later: outer.later }
  const apart = new Set(['devices', 'fleet', 'slo', 'steps', 'always', 'vars', 'matrix'])
  // What a broker by a command fills in itself stays as it is written.
  const kept = Object.fromEntries(BROKER_PLACEHOLDERS.map((word) => [word, `\${{ ${word} }}`]))
  const ofBroker: Scope = { values: { ...kept, ...scope.values }, later: outer.later }
  const entries = root.entries.map((entry) =>
    apart.has(entry.key)
      ? entry
      : { ...entry, value: interpolateNow(entry.value, entry.key === 'broker' ? ofBroker : scope, diagnostics) },
  )
  return { node: { ...root, entries }, vars }
}

/** Each device as it is played. */
const playedIn = (root: Node, casting: Casting): (readonly [string, Node])[] => {
  const node = childOf(root, 'devices')
  return node?.kind === 'map' ? node.entries.map(({ key, value }) => [key, casting.played(key, value)] as const) : []
}

function devicesOf(
  root: Node,
  around: Omit<DeviceContext, 'bootedBySteps'>,
  steps: readonly Node[],
  casting: Casting,
): Map<string, DevicePlan> {
  const devices = new Map<string, DevicePlan>()
  const bootedBySteps = new Set(steps.flatMap(bootsIn))
  const node = childOf(root, 'devices')
  for (const { key, value } of node?.kind === 'map' ? node.entries : []) {
    const device = casting.device(key, value, { ...around, bootedBySteps })
    // A device that is wrong is still there: its steps need not be reported, too.
    devices.set(key, device ?? bareDevice(key, value.place))
  }
  return devices
}

export const brokerValue = ({ name, keepaliveSlack }: ReturnType<CompileOptions['broker']>): ScopeValue => ({
  name,
  keepaliveSlack: typedValue(`${keepaliveSlack}ms`),
})

const skipOf = (skip: string | boolean | undefined): string | null =>
  skip === undefined || skip === false ? null : skip === true ? 'skip: true' : skip

/** A record can be held against it: nothing is done. */
const onlyClaims = (step: Node): boolean =>
  step.kind === 'map' && step.entries.some(({ key }) => key === 'expect' || key === 'never')

/** Devices that a `boot` step anywhere below starts. */
function bootsIn(step: Node): string[] {
  const boot = childOf(step, 'boot')
  const inside = boot?.kind === 'scalar' && boot.value !== null ? boot : childOf(boot, 'device')
  const named = inside ?? (boot === undefined ? undefined : childOf(step, 'device'))
  const own = named?.kind === 'scalar' && typeof named.value === 'string' ? [named.value] : []
  const nested = [childOf(step, 'parallel'), childOf(childOf(step, 'repeat'), 'steps')]
  return [...own, ...nested.flatMap((list) => listOf(list).flatMap(bootsIn))]
}

const listOf = (node: Node | undefined): readonly Node[] => (node?.kind === 'list' ? node.items : [])

function brokerOf(broker: z.output<typeof shape>['broker']): BrokerRequest | null {
  if (broker === undefined) return null
  return typeof broker === 'string' ? { use: broker, with: {} } : { use: broker.use, with: broker.with ?? {} }
}

/** What a map declares, also where it is wrong: that is told once, and not again wherever it is used. */
const namesIn = (node: Node | undefined): readonly string[] =>
  node?.kind === 'map' ? node.entries.map(({ key }) => key) : []
