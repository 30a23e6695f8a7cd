// This bench.

export { type Config, defineConfig, loadConfig, type ResolvedConfig } from './config.ts'
export {
  defineClient,
  defineDevice,
  defineDisturbance,
  defineMatcher,
  defineReporter,
  defineStep,
} from './define.ts'
export {
  addExtensions,
  EXTENSIONS,
  type ExtensionSource,
  type Extensions,
  extensionSources,
  removeExtensions,
  withExtensions,
} from './extensions.ts'
export { NAMES } from './names.ts'
export { callable, OPTIONS, parseOptions } from './options.ts'
export { loadSources } from './sources.ts'
