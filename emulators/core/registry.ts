// Registries that grow: a project's own clients, devices, steps … join those that are here. What is made of a registry
// (the grammar of scenarios, for instance) is made again when that happens.

const makers: (() => void)[] = []

/** Calls `make` now, and again whenever something has been registered. */
export function derive(make: () => void): void {
  makers.push(make)
  make()
}

/** What came with the house, by registry: nobody may take these names. */
const builtIn = new WeakMap<object, ReadonlySet<string>>()

/**
 * Puts an entry into a registry. One that was registered earlier is replaced.
 * @returns false when the name is taken by an entry that comes with mqtt-hil.
 */
export function register<T>(registry: Readonly<Record<string, T>>, name: string, entry: T): boolean {
  const own = builtIn.get(registry) ?? new Set(Object.keys(registry))
  builtIn.set(registry, own)
  if (own.has(name)) return false
  const growing = registry as Record<string, T>
  if (growing[name] === entry) return true
  growing[name] = entry
  for (const make of makers) make()
  return true
}

/** Takes out what was registered; what comes with mqtt-hil stays. */
export function unregister(registry: Readonly<Record<string, unknown>>, name: string): void {
  if (builtIn.get(registry)?.has(name) !== false) return
  delete (registry as Record<string, unknown>)[name]
  for (const make of makers) make()
}
