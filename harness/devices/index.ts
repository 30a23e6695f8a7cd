// What a scenario can run on.

export type { Attachment, Device, GeneralCall } from './device.ts'
export { emulatedDevice } from './emulated.ts'
export { processDevice } from './process.ts'
export type { SignalWiring } from './signals.ts'
