// Which brokers a run means: names of the config, kinds, or URLs; several make a matrix.

import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { Problem } from '../../emulators/index.ts'
import { BROKER_ALIASES, type Broker, type BrokerKind, brokers, kindName } from '../brokers/index.ts'
import type { ResolvedConfig } from '../config/index.ts'
import { MQTT5, protocolName } from '../devices/index.ts'
import { isUrlWithoutScheme, withoutCredentials } from '../outside/index.ts'
import type { BrokerFacts, BrokerRequest, Plan, Step } from '../plan/index.ts'
import { didYouMean } from '../scenario/index.ts'
import type { AccessArguments } from './args.ts'

export interface ChosenBroker {
  readonly name: string
  readonly kind: BrokerKind
  readonly options: Readonly<Record<string, unknown>>
}

/** What the arguments say of brokers. */
export interface BrokerArguments extends AccessArguments {
  readonly broker?: readonly string[] | undefined
}

const DEFAULT_BROKER = 'aedes'
const ALL = 'all'

/** The words after --broker, each once, `all` taken apart; undefined: none was given, and scenarios may choose. */
export function brokerWords(
  { broker: words = [] }: BrokerArguments,
  config: ResolvedConfig,
): readonly (string | undefined)[] {
  const named = Object.keys(config.brokers ?? {})
  const all = words.flatMap((word) => (word === ALL && !named.includes(ALL) ? named : [word]))
  if (words.length > 0 && all.length === 0)
    throw new Problem('select/no-brokers', 'the config names no brokers', {
      hint: 'brokers: { aedes: { use: "aedes" }, mosquitto: { use: "mosquitto" } } in harness.config.ts',
    })
  return all.length === 0 ? [undefined] : [...new Set(all)]
}

export function chooseBroker(word: string | undefined, access: AccessArguments, config: ResolvedConfig): ChosenBroker {
  const chosen = named(word ?? config.broker ?? DEFAULT_BROKER, config)
  const given = accessOf(access)
  const [flag] = Object.keys(given)
  if (flag === undefined) return chosen
  if (chosen.kind !== brokers.external)
    throw new Problem(
      'select/not-for-broker',
      `--${flag} is for a broker by its URL, and ${chosen.name} is started here`,
      {
        hint: 'such as --broker mqtts://localhost --cafile ca.crt',
      },
    )
  return checked({ ...chosen, options: { ...chosen.options, ...given } })
}

function named(word: string, config: ResolvedConfig): ChosenBroker {
  if (/^[a-z]+:\/\//i.test(word)) return checked({ name: 'external', kind: brokers.external, options: { url: word } })
  // A name of the config may be an alias, too, and then means what the config says.
  const name = config.brokers?.[word] === undefined ? kindName(word) : word
  const entry = config.brokers?.[name]
  const { use, ...options } = entry ?? { use: name }
  const kind = (brokers as Readonly<Record<string, BrokerKind>>)[kindName(use)]
  if (kind !== undefined)
    return { name, kind, options: startedIn(kind, options, entry === undefined ? undefined : config.folder) }
  const known = [
    ...new Set([...Object.keys(config.brokers ?? {}), ...Object.keys(brokers), ...Object.keys(BROKER_ALIASES)]),
  ]
  if (isUrlWithoutScheme(use)) {
    throw new Problem('select/unknown-broker', 'a broker by its URL begins with a scheme, and this one has none', {
      hint: `mqtt://${use.includes('@') ? 'USER:PASSWORD@HOST:PORT' : use}; mqtts, ws and wss are the other schemes`,
    })
  }
  throw new Problem('select/unknown-broker', `unknown broker "${withoutCredentials(use)}"`, {
    hint: didYouMean(use, known) ?? `there is ${known.join(', ')}, all, or mqtt://HOST:PORT`,
  })
}

function accessOf({ cafile, cert, key, insecure, username, pw }: AccessArguments): Readonly<Record<string, unknown>> {
  // Paths of the command line are the shell's, wherever those of the config begin.
  const files = Object.entries({ cafile, cert, key }).map(([name, file]) => [name, file && resolve(file)] as const)
  const rest = Object.entries({ insecure: insecure || undefined, username, password: pw })
  return Object.fromEntries([...files, ...rest].filter(([, value]) => value !== undefined))
}

/** Of a wrong URL nothing is shown: it may hold a password. */
function checked(chosen: ChosenBroker): ChosenBroker {
  const { error } = brokers.external.options.safeParse(chosen.options)
  if (error === undefined) return chosen
  throw new Problem('select/bad-broker', `--broker: ${error.issues[0]!.message}`, {
    hint: 'such as --broker mqtt://localhost:1883',
  })
}

/**
 * Misspelt kinds and options of the config's brokers, also of those that this run does not use. Values are looked at when
 * a broker is used: they may come from the environment.
 */
export function checkConfigured({ brokers: entries = {} }: ResolvedConfig): void {
  for (const [name, { use, ...options }] of Object.entries(entries)) {
    const kind = (brokers as Readonly<Record<string, BrokerKind>>)[kindName(use)]
    if (kind === undefined)
      throw new Problem('select/unknown-broker', `brokers.${name}: unknown kind "${withoutCredentials(use)}"`, {
        hint: didYouMean(use, Object.keys(brokers)) ?? `there is ${Object.keys(brokers).join(', ')}`,
      })
    const known = kind.options instanceof z.ZodObject ? Object.keys(kind.options.shape) : null
    const unknown = known === null ? undefined : Object.keys(options).find((option) => !known.includes(option))
    if (unknown !== undefined)
      throw new Problem('broker/bad-options', `brokers.${name}: ${use} has no option "${unknown}"`, {
        hint: didYouMean(unknown, known!) ?? `its options are ${known!.join(', ')}`,
      })
  }
}

/** The broker of a scenario: its own request wins when the command line names none. */
export function brokerFor(
  request: BrokerRequest | null,
  word: string | undefined,
  access: AccessArguments,
  config: ResolvedConfig,
  file = '',
): ChosenBroker {
  const chosen = chooseBroker(word ?? request?.use, access, config)
  if (request === null || Object.keys(request.with).length === 0) return chosen
  // Options are those of a kind: on another the scenario is skipped (skipForBroker).
  if (named(request.use, config).kind !== chosen.kind) return chosen
  // Paths that a scenario names begin in its own folder.
  return { ...chosen, options: { ...chosen.options, ...startedIn(chosen.kind, request.with, dirname(file)) } }
}

/** With the folder in which relative paths of these options begin, for a kind that has such. */
function startedIn(
  kind: BrokerKind,
  options: Readonly<Record<string, unknown>>,
  folder: string | undefined,
): Readonly<Record<string, unknown>> {
  const takes = kind.options instanceof z.ZodObject && Object.hasOwn(kind.options.shape, 'directory')
  if (!takes || folder === undefined) return options
  const { directory } = options
  return { ...options, directory: typeof directory === 'string' ? resolve(folder, directory) : folder }
}

/** Throws Problem `broker/bad-options` also for a file that its options name and that is not there. */
export function factsOf(chosen: ChosenBroker): BrokerFacts {
  chosen.kind.inspect(chosen.options)
  return { name: chosen.name, keepaliveSlack: chosen.kind.keepaliveSlack(chosen.options) }
}

/** The broker as the plan needs it: one with WebSocket listens for that only when a device of the plan speaks it. */
export function asNeeded(plan: Plan, chosen: ChosenBroker): ChosenBroker {
  const options = needsWebSocket(plan) ? chosen.kind.withWebSocket(chosen.options) : null
  return options === null ? chosen : { ...chosen, options }
}

const needsWebSocket = (plan: Plan): boolean => plan.devices.some((device) => device.websocket)

/** A scenario over WebSocket is skipped on a broker that has none. */
export function skipForWebSocket(plan: Plan, { kind, name, options }: ChosenBroker): Plan {
  if (plan.skip !== null || !needsWebSocket(plan) || kind.withWebSocket(options) !== null) return plan
  return { ...plan, skip: `${name} has no WebSocket here` }
}

/** A scenario whose devices are to speak a version of MQTT is skipped on a broker that has it not. */
export function skipForProtocol(plan: Plan, { kind, name, options }: ChosenBroker): Plan {
  const has = plan.skip === null ? kind.protocols(options) : null
  if (has === null) return plan
  const spoken = [...plan.devices, ...(plan.fleet?.groups ?? [])].map(({ protocol }) => protocol)
  const lacking = [...spoken, plan.claims5 === true ? MQTT5 : null].find(
    (level) => level !== null && !has.includes(level),
  )
  return lacking === undefined ? plan : { ...plan, skip: `${name} has no ${protocolName(lacking!)}` }
}

/** A scenario that stops or restarts its broker is skipped on one that was not started here. */
export function skipForControl(plan: Plan, { kind, options }: ChosenBroker): Plan {
  if (plan.skip !== null || kind.controllable) return plan
  const step = firstStep(plan.steps, controlsBroker)
  if (step === undefined) return plan
  const why = `line ${step.place.line} controls the broker, and that${addressOf(options)} was not started here`
  return { ...plan, skip: why }
}

function controlsBroker(step: Step): boolean {
  if (step.verb === 'broker') return true
  if (step.verb !== 'chaos' || step.kind !== 'action') return false
  try {
    return (step.args({ saved: {}, i: 0 }) as { readonly broker?: unknown }).broker !== undefined
  } catch {
    return true // only the run knows its arguments
  }
}

/** What stands under `if:` may not come to be run, and is left to the run. */
function firstStep(steps: readonly Step[], wanted: (step: Step) => boolean): Step | undefined {
  for (const step of steps.filter(({ condition }) => condition === null)) {
    const found = wanted(step) ? step : 'steps' in step ? firstStep(step.steps, wanted) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

/** Without user and password. */
function addressOf({ url }: Readonly<Record<string, unknown>>): string {
  const host = typeof url === 'string' && URL.canParse(url) ? new URL(url).host : ''
  return host === '' ? '' : ` at ${host}`
}

/** A scenario that needs another broker than the one the command line names is skipped. */
export function skipForBroker(plan: Plan, word: string | undefined, config: ResolvedConfig): Plan {
  if (plan.broker === null || word === undefined || plan.skip !== null) return plan
  const wanted = named(plan.broker.use, config).kind.name
  const given = named(word, config).kind.name
  return wanted === given ? plan : { ...plan, skip: `it needs ${wanted}, this run is on ${given}` }
}

const isCi = (): boolean => (process.env.CI ?? '') !== ''

/** One of several brokers that cannot be had here is a reason to skip, except where `CI` says that all must be there. */
export async function whyNotHere(chosen: ChosenBroker): Promise<string | null> {
  return isCi() ? null : chosen.kind.available(chosen.options)
}

export const openChosen = ({ kind, options }: ChosenBroker): Promise<Broker> => kind.open(options)
