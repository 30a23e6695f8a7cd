// The face of the evidence: the events of a run, the timeline that records them, and its text.

export * from './console-text.ts'
export * from './device-side.ts'
export * from './event.ts'
export * from './lag.ts'
export { bytesKey, restampedEvent, withFields } from './lazy-bytes.ts'
export type * from './load-data.ts'
export * from './ndjson.ts'
export * from './recorder.ts'
export * from './recording.ts'
export * from './secrets.ts'
export * from './timeline-file.ts'
export * from './without-password.ts'
