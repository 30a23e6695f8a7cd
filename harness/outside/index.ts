// The face of the room: what comes from outside (devices, brokers, recordings, results folders, queues), and the one
// function of each kind of output that makes it harmless there. docs/security.md says who is trusted with what.

export * from './files.ts'
export * from './regex.ts'
export { type SlowText, slowTextFor } from './slow-regex.ts'
export * from './terminal.ts'
export * from './url.ts'
export * from './xml.ts'
