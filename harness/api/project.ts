// What a project says of itself.

import { loadConfig, type ResolvedConfig } from '../config/index.ts'

export type { ResolvedConfig }

/**
 * Reads the config of a project, and makes what it adds (clients, devices, steps …) known. `file`: default harness.config.ts of the current
 * folder, if there is one. Throws Problem `config/…`.
 */
export const projectConfig = (file?: string): Promise<ResolvedConfig> => loadConfig(file)
