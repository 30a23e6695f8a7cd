// What every session of the harness stands on, once.

export { type BoardTurn, DEFAULT_WAIT_FOR_BOARD, lockBoards } from './board-turns.ts'
export { type Cancellation, CancelledError, type StopReason } from './cancellation.ts'
export { type DeviceEnv, type OpenDevice, openDevice, openDeviceLink } from './device-setup.ts'
export { JudgeTimer } from './judge-timer.ts'
export { type Limits, limitsOf } from './limits.ts'
export { type Observer, prepareObserver } from './observer.ts'
export { redactProblem, redactText, secretsOf } from './redact.ts'
export { ResourceStack } from './resource-stack.ts'
export { Session, type SessionSettings } from './session.ts'
export type { Residue } from './shared-broker.ts'
