// What people read: mistakes, failed claims and events as text, and words as what they mean.

export { type Duration, showDuration } from '../../emulators/index.ts'
export { describe as showEvent } from '../expect/index.ts'
export { bundledName as showFile, SUFFIX } from '../plan/index.ts'
export { renderFailure as showFailure } from '../report/index.ts'
export {
  type Diagnostic,
  isError,
  parsePercent,
  parseRate,
  renderDiagnostic as showDiagnostic,
} from '../scenario/index.ts'
export { durationOf } from '../select/index.ts'
