// What another process has added, added to this one: each part of a fleet runs in a process of its own.

import { loadConfig } from './config.ts'
import { addExtensions, type ExtensionSource } from './extensions.ts'

/** Throws Problem `config/…`, as they did where they were added first. */
export async function loadSources(sources: readonly ExtensionSource[]): Promise<void> {
  for (const source of sources) {
    if ('config' in source) await loadConfig(source.config)
    else await addExtensions({ [source.key]: { [source.name]: source.module } }, '/', source.module)
  }
}
