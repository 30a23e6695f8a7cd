// Recording: links for devices that are not ours, and what passes them written down.

export { isRecording, type RecordingHeader } from './header.ts'
export { type Recorded, type RecordedDevice, type RecordSettings, record } from './record.ts'
export { recordedRun } from './run.ts'
