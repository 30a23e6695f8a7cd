// The first line of a recording's timeline. It has no scenario and no claims, so it cannot be judged by itself.

import type { TimelineHeader } from '../evidence/index.ts'
import type { RunBroker } from '../run/index.ts'

export interface RecordingHeader {
  readonly recording: true
  /** What a report calls it. */
  readonly scenario: string
  readonly broker: RunBroker
  readonly startedAt: string
  /** What each device was, as far as we know: `recorded` for one that connected by itself. */
  readonly devices: Readonly<Record<string, string>>
}

export const isRecording = (header: TimelineHeader): boolean => header.recording === true
