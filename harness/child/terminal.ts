// A pseudo terminal for the output of a child. A program that finds a terminal there writes line by line; into a pipe the
// C library and Python keep some thousand bytes back.

import { closeSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Readable, Writable } from 'node:stream'
import { ReadStream } from 'node:tty'

export interface Terminal {
  /** The child's end, to be given to it as standard output. */
  readonly fd: number
  /** What the child writes. It ends once nobody has the child's end open. */
  readonly output: Readable
  /** What the child reads, when its input is this terminal, too. */
  readonly input: Writable
  /** Resolves when all output has been read. */
  readonly ended: Promise<void>
  /** Gives up our copy of the child's end. */
  started(): void
}

/** node-pty's own `open` leaves a copy of the child's end open, so that the end of the output would never come. */
interface PtyBinary {
  open(columns: number, rows: number): { readonly master: number; readonly slave: number }
}

/** null: no pseudo terminal can be had here (Windows, or an installation without node-pty). */
export function openTerminal(): Terminal | null {
  const opened = openPair()
  if (opened === null) return null
  const { master: fd, slave } = opened
  // Bytes pass as they are: no echo, no CR before LF.
  const settings = new ReadStream(slave)
  settings.setRawMode(true)
  settings.destroy()
  const master = new ReadStream(fd) as ReadStream & Writable
  const ended = new Promise<void>((resolve) => master.once('close', resolve))
  // EIO is the end of file of a terminal.
  master.on('error', () => master.destroy())
  master.once('end', () => master.destroy())
  return { fd: slave, output: master, input: master, ended, started: () => closeSync(slave) }
}

function openPair(): { readonly master: number; readonly slave: number } | null {
  try {
    const { requireBinary } = createRequire(import.meta.url)('@lydell/node-pty/requireBinary.js') as {
      requireBinary(name: string): PtyBinary
    }
    return requireBinary('pty.node').open(200, 50)
  } catch {
    return null
  }
}
