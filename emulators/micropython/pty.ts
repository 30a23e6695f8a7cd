// A pseudo terminal whose other end any serial program can open by its path. As with a USB bridge,
// what nobody reads is lost: else a board that prints would stand still until somebody listens.

import { closeSync, constants, openSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { ReadStream } from 'node:tty'
import { Problem } from '../core/problem.ts'

export interface Pty {
  /** Such as `/dev/pts/3`. */
  readonly path: string
  write(bytes: Uint8Array): void
  /** As by unplugging: whoever has it open finds it gone. */
  close(): void
}

/** What a serial program may leave unread, and for how long it may do so. */
const MOST_WAITING = 64 * 1024
const SHUTDOWN_LIMIT_MS = 1000
const RETRY_MS = 5

interface Opened {
  readonly _pty: string
  readonly _fd: number
  readonly _master: ReadStream
  readonly _slave: ReadStream
}

/** Throws Problem `micropython/no-pty` where there are none (Windows) or none is left. */
export function openPty(onData: (bytes: Uint8Array) => void): Pty {
  const { _pty: path, _fd: fd, _master: master, _slave: slave } = opened()
  // node-pty's stream on the other end would take what is meant for others. We keep that end open by ourselves
  // and do not read it: while nobody has it open, reading our own end fails.
  const held = openSync(path, constants.O_RDWR | constants.O_NOCTTY)
  slave.setRawMode(true)
  slave.on('error', () => {})
  slave.destroy()
  let waiting: Uint8Array[] = []
  let since = 0
  let retry: NodeJS.Timeout | undefined
  let closed = false
  master.on('data', (bytes: Buffer) => onData(bytes))
  master.on('error', () => {}) // EIO once it is closed

  const flush = (): void => {
    retry = undefined
    while (!closed && waiting[0] !== undefined) {
      const [first] = waiting
      try {
        const written = writeSync(fd, first)
        since = 0
        if (written < first.length) waiting[0] = first.subarray(written)
        else waiting.shift()
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return
        since ||= performance.now()
        const left = waiting.reduce((sum, bytes) => sum + bytes.length, 0)
        if (performance.now() - since > SHUTDOWN_LIMIT_MS || left > MOST_WAITING) waiting = []
        else retry = setTimeout(flush, RETRY_MS)
        return
      }
    }
  }

  return {
    path,
    write(bytes) {
      if (closed) return
      waiting.push(bytes)
      if (retry === undefined) flush()
    },
    close() {
      if (closed) return
      closed = true
      clearTimeout(retry)
      closeSync(held)
      master.destroy()
    },
  }
}

function opened(): Opened {
  try {
    const { open } = createRequire(import.meta.url)('@lydell/node-pty') as { open(options: object): Opened }
    return open({ encoding: null, cols: 80, rows: 24 })
  } catch (cause) {
    throw new Problem('micropython/no-pty', `no pseudo terminal is available: ${(cause as Error).message}`, { cause })
  }
}
