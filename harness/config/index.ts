// This bench.

export { type Config, defineConfig, loadConfig, NAMES, type ResolvedConfig } from './config.ts'
export { callable, OPTIONS, parseOptions } from './options.ts'
