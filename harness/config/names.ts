// What a config file is called.

/** In the order in which they are looked for. */
export const NAMES = ['harness.config.ts', 'harness.config.js', 'harness.config.mjs']
