// Capture files of a run.

export { type CaptureSettings, captureOf, writeCapture } from './capture.ts'
