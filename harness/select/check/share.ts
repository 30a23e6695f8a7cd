// Shares the files of a check out to threads. Each thread makes the same shares of the same files, so that only the number of
// a share goes from one to another.

import { availableParallelism } from 'node:os'
import type { SourceFile } from '../names.ts'

/** Characters of scenarios below which one more thread costs more than it saves: starting it takes about half a second. */
const WORTH_A_THREAD = 300_000
/** What a thread holds in memory is some 100 MB. */
const MOST = 4

/** How many threads check these, the caller's own among them. */
export const threadsFor = (sources: readonly SourceFile[], processors = availableParallelism()): number =>
  Math.max(1, Math.min(processors, MOST, Math.floor(sizeOf(sources) / WORTH_A_THREAD)))

/** The `index`th of `of` shares, in the order of the files: each of about the same size, all together every file once. */
export function shareOf(sources: readonly SourceFile[], index: number, of: number): SourceFile[] {
  const total = sizeOf(sources)
  let before = 0
  return sources.filter(({ text }) => {
    const share = Math.min(of - 1, Math.floor((before / total) * of))
    before += text.length
    return share === index
  })
}

const sizeOf = (sources: readonly SourceFile[]): number => sources.reduce((sum, { text }) => sum + text.length, 0)
