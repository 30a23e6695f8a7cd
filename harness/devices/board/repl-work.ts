// What a step has done at a board's REPL, and how it ended: as a client call, by what it returned or raised.

import { Problem } from '../../../emulators/index.ts'
import type { CallOutcome } from './agent.ts'
import type { RawRepl } from './raw-repl.ts'
import { RemoteFiles } from './remote-files.ts'

/** Returns what it prints, without the last line feed. Each line is told as it comes, a traceback's too. */
export async function executed(repl: RawRepl, code: string, onLine: (line: string) => void): Promise<CallOutcome> {
  const { output, error } = await repl.execute(code, { onLine })
  if (error === '') return { state: 'returned', value: output.replaceAll('\r\n', '\n').replace(/\n$/, '') }
  for (const line of error.trimEnd().split(/\r?\n/)) onLine(line)
  return raisedBy(error)
}

/** Returns how many had to be sent. */
export async function uploaded(repl: RawRepl, files: ReadonlyMap<string, Uint8Array>): Promise<CallOutcome> {
  const remote = new RemoteFiles(repl)
  let sent = 0
  try {
    for (const [path, content] of files) if (await remote.put(path, content)) sent++
  } catch (error) {
    // A flash that is full, or a folder in the place of a file.
    if (error instanceof Problem && error.code === 'board/raised') return raisedBy(error.hint ?? error.message)
    throw error
  }
  return { state: 'returned', value: sent }
}

/** By the last line of a traceback: `OSError: [Errno 2] ENOENT`, `ValueError: no`. */
function raisedBy(traceback: string): CallOutcome {
  const last = traceback.trimEnd().split(/\r?\n/).at(-1) ?? ''
  const [, type = 'Exception', text = ''] = /^(\w+)(?:: ?(.*))?$/.exec(last) ?? []
  const errno = type === 'OSError' ? /^(?:\[Errno (-?\d+)\] ?)?(\w+|-?\d+)?/.exec(text) : null
  const name = errno?.[2] ?? errno?.[1]
  const args = name !== undefined ? [/^-?\d+$/.test(name) ? Number(name) : name] : text === '' ? [] : [text]
  return { state: 'raised', error: { type, args } }
}
