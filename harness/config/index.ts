// This bench.

export { type Config, defineConfig, loadConfig, type ResolvedConfig } from './config.ts'
