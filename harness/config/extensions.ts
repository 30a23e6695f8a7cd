// What a project adds to mqtt-hil: clients, devices, brokers, reporters, steps, matchers and disturbances of its own, as objects
// or as modules whose default export is one. They join the registries, and from then on nothing knows that they came from outside.

import { resolve } from 'node:path'
import { z } from 'zod'
import { type ClientKind, clients, Problem, register, unregister } from '../../emulators/index.ts'
import { type BrokerDefinition, type BrokerKind, brokers, defineBroker } from '../brokers/index.ts'
import { type AnyDeviceKind, deviceKinds, emulatedKind, type OwnDevice, ownKind } from '../devices/index.ts'
import { type AnyMatcher, matchers } from '../expect/index.ts'
import { type AnyDisturbance, disturbances } from '../link/index.ts'
import { expectationKeys, isStepKey } from '../plan/index.ts'
import { type ReporterKind, reporters } from '../report/index.ts'
import { type AnyAction, type AnyClientCall, type AnyStep, steps } from '../steps/index.ts'
import { importModule } from './import-module.ts'

/** A value of such a shape, or the path of a module whose default export is one. */
const objectOr = <T>() =>
  z.custom<T | string>((given) => typeof given === 'string' || (typeof given === 'object' && given !== null), {
    message: 'expected an object, or the path of a module',
  })

const extensions = {
  /** Emulated client libraries, by the word after `use:`. */
  clients: z.record(z.string(), objectOr<ClientKind>()),
  /** Kinds of devices, by the word after `use:`. */
  devices: z.record(z.string(), objectOr<OwnDevice | AnyDeviceKind>()),
  /** Steps, by their verb. */
  steps: z.record(z.string(), objectOr<Omit<AnyAction, 'name'> | Omit<AnyClientCall, 'name'>>()),
  /** What can be claimed, by its word under `expect:`. */
  matchers: z.record(z.string(), objectOr<Omit<AnyMatcher, 'name'>>()),
  /** What a link can do to packets, by its word under `do:`. */
  disturbances: z.record(z.string(), objectOr<Omit<AnyDisturbance, 'name'>>()),
}

export const EXTENSIONS = z.strictObject(extensions).partial().shape
const EXTENSION_SCHEMA = z.looseObject(EXTENSIONS)

// biome-ignore lint/suspicious/noExplicitAny: each gets only what its own schema parsed
export type OwnBroker = Omit<BrokerDefinition<any>, 'name'>

/** Besides those of `EXTENSIONS`. */
export interface ExtensionObjects {
  readonly brokers: Readonly<Record<string, BrokerKind | OwnBroker | string>>
  readonly reporters: readonly (ReporterKind | string)[]
}

export type Extensions = Partial<z.output<z.ZodObject<typeof extensions>> & ExtensionObjects>

type Check = 'text' | 'function' | 'list' | 'map'

interface Registry {
  readonly noun: string
  /** Where they go. */
  readonly into: readonly Readonly<Record<string, unknown>>[]
  /** What an entry must have. */
  readonly has: Readonly<Record<string, Check>>
  /** Words that mean something else at its place. */
  taken?(name: string): boolean
  /** false: the name is one of mqtt-hil's own. */
  add(name: string, entry: never): boolean
}

const REGISTRIES: Readonly<Record<keyof Extensions, Registry>> = {
  clients: {
    noun: 'client',
    into: [clients, deviceKinds],
    has: { summary: 'text', options: 'list', methods: 'map', quirks: 'list', verbs: 'map', create: 'function' },
    taken: (name) => Object.hasOwn(deviceKinds, name) && !Object.hasOwn(clients, name),
    add(name, client: ClientKind) {
      const named = { ...client, name }
      return (
        register(clients as Record<string, ClientKind>, name, named) && register(deviceKinds, name, emulatedKind(named))
      )
    },
  },
  devices: {
    noun: 'device',
    into: [deviceKinds],
    has: { summary: 'text' },
    taken: (name) => Object.hasOwn(clients, name),
    add: (name, device: OwnDevice | AnyDeviceKind) =>
      register(deviceKinds, name, 'start' in device ? ownKind(name, device) : { ...device, name }),
  },
  brokers: {
    noun: 'broker',
    into: [brokers],
    has: { summary: 'text', options: 'map', open: 'function', available: 'function', keepaliveSlack: 'function' },
    add: (name, broker: BrokerKind | OwnBroker) =>
      register(
        brokers as Record<string, BrokerKind>,
        name,
        'withWebSocket' in broker ? { ...broker, name } : defineBroker({ ...broker, name }),
      ),
  },
  reporters: {
    noun: 'reporter',
    into: [reporters],
    has: { name: 'text', summary: 'text', to: 'list', create: 'function' },
    add: (name, reporter: ReporterKind) => register(reporters as Record<string, ReporterKind>, name, reporter),
  },
  steps: {
    noun: 'step',
    into: [steps],
    has: { kind: 'text', summary: 'text', args: 'map', show: 'function' },
    taken: isStepKey,
    add: (name, step: AnyStep) => register(steps as Record<string, AnyStep>, name, { ...step, name }),
  },
  matchers: {
    noun: 'matcher',
    into: [matchers],
    has: { kind: 'text', summary: 'text', fields: 'map', compare: 'function', show: 'function', stream: 'function' },
    taken: (name) => expectationKeys().includes(name),
    add: (name, matcher: AnyMatcher) => register(matchers as Record<string, AnyMatcher>, name, { ...matcher, name }),
  },
  disturbances: {
    noun: 'disturbance',
    into: [disturbances],
    has: { summary: 'text', settings: 'map', make: 'function', show: 'function' },
    add: (name, one: AnyDisturbance) =>
      register(disturbances as Record<string, AnyDisturbance>, name, { ...one, name }),
  },
}

/** What a config says of brokers and reporters: names and settings, and things that are new. */
export interface Mixed {
  readonly brokers?: Readonly<Record<string, unknown>> | undefined
  readonly reporters?: readonly unknown[] | undefined
}

/**
 * Adds what `settings` bring along, and gives the rest: new brokers and reporters are then known by their names. `config`: the file that
 * they are from; null: a call. Throws as `addExtensions`.
 */
export async function withExtensions(
  settings: unknown,
  folder: string,
  where: string,
  config: string | null = null,
): Promise<unknown> {
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) return settings
  const { brokers: named, reporters: told } = settings as Mixed
  const isMap = typeof named === 'object' && named !== null && !Array.isArray(named)
  const kinds = isMap ? Object.entries(named).filter(([, one]) => isPath(one) || hasFunction(one, 'open')) : []
  const isNew = (one: unknown): boolean => isPath(one) || hasFunction(one, 'create')
  const news = Array.isArray(told) ? told.filter(isNew) : []
  const loaded = await Promise.all(news.map((one) => objectOf(one, folder, where)))
  const own = EXTENSION_SCHEMA.safeParse(settings)
  if (own.success)
    await addExtensions(
      { ...own.data, brokers: Object.fromEntries(kinds) as never, reporters: loaded as never },
      folder,
      where,
      config,
    )
  return {
    ...settings,
    ...(isMap ? { brokers: { ...named, ...Object.fromEntries(kinds.map(([name]) => [name, { use: name }])) } } : {}),
    ...(Array.isArray(told)
      ? { reporters: told.map((one) => (isNew(one) ? (loaded[news.indexOf(one)] as ReporterKind).name : one)) }
      : {}),
  }
}

const isPath = (given: unknown): given is string => typeof given === 'string' && /^\.{0,2}[/\\]/.test(given)
const hasFunction = (given: unknown, name: string): boolean =>
  typeof given === 'object' &&
  given !== null &&
  typeof (given as Readonly<Record<string, unknown>>)[name] === 'function'

/** Where another process finds what was added: the absolute path of a config, or of a module under a key and a name. */
export type ExtensionSource =
  | { readonly config: string }
  | { readonly key: keyof Extensions; readonly name: string; readonly module: string }

/** What was added already, so that it can be added again, and where from; null: an object of a call, which this process alone has. */
const added = new Map<string, ExtensionSource | null>()

/** Of all that was added, each once. */
export const extensionSources = (): readonly ExtensionSource[] => [
  ...new Map(
    [...added.values()].flatMap((one) => (one === null ? [] : [[JSON.stringify(one), one] as const])),
  ).values(),
]

/**
 * Adds them, for this process. `folder`: where relative paths begin; `where` names the file or the call.
 * `config`: the file that they are from. Throws Problem `config/bad-extension` for what is no such thing or has a name that is taken.
 */
export async function addExtensions(
  given: Extensions,
  folder: string,
  where: string,
  config: string | null = null,
): Promise<void> {
  for (const key of Object.keys(REGISTRIES) as (keyof Extensions)[]) {
    const all = given[key] ?? {}
    for (const [name, entry] of Array.isArray(all) ? all.map((one) => [null, one] as const) : Object.entries(all))
      await add(key, name, entry, folder, where, config)
  }
}

async function add(
  key: keyof Extensions,
  given: string | null,
  entry: unknown,
  folder: string,
  where: string,
  config: string | null,
): Promise<void> {
  const { noun, has, taken, add } = REGISTRIES[key]
  const at = `${where}: ${key}${given === null ? '' : `.${given}`}`
  const wrong = (what: string, hint?: string): Problem => badExtension(at, what, hint)
  const object = await objectOf(entry, folder, at)
  if (typeof object !== 'object' || object === null) throw wrong(`expected a ${noun}, got ${typeof object}`)
  const found = object as Readonly<Record<string, unknown>>
  const needs =
    key === 'devices' && !('start' in found) ? ({ ...has, compile: 'function', make: 'function' } as const) : has
  for (const [name, type] of Object.entries(needs))
    if (!CHECKS[type](found[name]))
      throw wrong(`this ${noun} has no ${name} (a ${type})`, `docs/extending.md has examples`)
  const name = given ?? String(found.name)
  const id = `${key} ${name}`
  const free = added.has(id) || taken?.(name) !== true
  if (!free || !add(name, object as never))
    throw wrong(`"${name}" is a word of mqtt-hil itself`, `call your ${noun} by another name`)
  const module = typeof entry === 'string' ? resolve(folder, entry) : null
  added.set(id, config !== null ? { config } : module !== null ? { key, name, module } : null)
}

/** Takes out all that was added: for tests that share a process. */
export function removeExtensions(): void {
  for (const id of added.keys()) {
    const [key, name] = id.split(' ') as [keyof Extensions, string]
    for (const registry of REGISTRIES[key].into) unregister(registry, name)
  }
  added.clear()
}

const CHECKS: Readonly<Record<Check, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  function: (value) => typeof value === 'function',
  list: Array.isArray,
  map: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
}

const badExtension = (at: string, what: string, hint?: string): Problem =>
  new Problem('config/bad-extension', `${at}: ${what}`, { hint })

/** Itself, or the default export of the module that it names. */
async function objectOf(entry: unknown, folder: string, at: string): Promise<unknown> {
  if (typeof entry !== 'string') return entry
  const path = resolve(folder, entry)
  const module = await importModule(path).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : cause
    throw new Problem('config/bad-extension', `${at}: ${path} cannot be loaded: ${why}`, { cause })
  })
  if ('default' in module) return module.default
  throw badExtension(at, `${path} has no default export`, 'export default define…({ … })')
}
