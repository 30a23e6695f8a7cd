// How cases of a library are read, played and compared.

import type { ClientKind } from '../clients/client.ts'
import type { TraceEntry } from '../drive/scripted.ts'
import type { Json } from './json.ts'

export interface RecordedCase {
  readonly client: string
  readonly name: string
  readonly trace: readonly TraceEntry[]
}

export interface TraceFormat<Case extends RecordedCase = RecordedCase> {
  /** Throws an Error that names the place. */
  read(json: Json): Case
  /** The trace that our client makes of a case. Throws the Problem of options that it has not. */
  play(recorded: Case, kind: ClientKind): readonly TraceEntry[]
  /** The client that it is a case of, where that is not the one of the case's `client`. */
  kind?(recorded: Case, catalog: Readonly<Record<string, ClientKind>>): ClientKind | undefined
  /** Whether two entries are the same, as far as the contract goes. Absent: deep equality. */
  same?(expected: TraceEntry | undefined, got: TraceEntry | undefined): boolean
  /** Where two traces differ, when it is not a comparison entry by entry in order. */
  difference?(recorded: Case, got: readonly TraceEntry[]): TraceDifference | null
}

/** The first place where the library and we differ; an entry that is missing on one side is undefined. */
export interface TraceDifference {
  readonly index: number
  readonly expected: TraceEntry | undefined
  readonly got: TraceEntry | undefined
}
