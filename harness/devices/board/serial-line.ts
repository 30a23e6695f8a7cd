// A serial port, opened for us alone. On a board's USB bridge two of its lines are wired to the chip:
// RTS to reset, DTR to the BOOT button (GPIO0). `set` writes both at once, and leaving one out would
// assert it. A pseudo terminal has neither; there `set` says no. A board at another machine is reached by a URL.

import type { SerialPort } from 'serialport'
import { Problem } from '../../../emulators/index.ts'
import type { OpenSerial } from './line.ts'
import { isRemotePort, openRemote } from './remote/client.ts'
import { takeUucpLock } from './uucp-lock.ts'

export type { OpenSerial, SerialLine } from './line.ts'

/** A port that does not close is left behind after this time. */
const CLOSING_MS = 1000
/**
 * A port that is in use is tried again for this time. One that was closed a moment ago is still locked while its close is
 * late, or while a child of that process, which has a copy of every file until it runs its program, is being started.
 */
const IN_USE_MS = 2000
const TRY_AGAIN_MS = 20

/** Throws Problem `board/no-port`, `board/no-permission`, `board/port-in-use` or `board/not-opened`. */
export const openSerial: OpenSerial = async (path, baudRate, events) => {
  if (isRemotePort(path)) return openRemote(path, baudRate, events)
  const { SerialPort } = await import('serialport')
  const unlock = takeUucpLock(path)
  const port = new SerialPort({ path, baudRate, autoOpen: false, lock: true, hupcl: false })
  await opened(port).catch((error: unknown) => {
    unlock()
    throw error
  })
  // Waiting for what comes from a port does not by itself keep Node alive.
  const alive = setInterval(() => {}, 2 ** 30)
  let closing = false
  let gone = false
  const lost = (why: string): void => {
    if (closing || gone) return
    gone = true
    clearInterval(alive)
    unlock()
    // After a write that failed it is still open, and would keep this process alive.
    if (port.isOpen) port.close(() => {})
    events.onGone(why)
  }
  port.on('data', (bytes: Buffer) => events.onData(bytes))
  port.on('close', (error: Error | null) => lost(error?.message ?? 'the port was closed'))
  port.on('error', (error: Error) => lost(error.message))
  return {
    // Not drained: a drain of a port that is gone may never end.
    write: (bytes) =>
      new Promise((resolve, reject) => {
        const failed = (error: Error): void => {
          lost(error.message)
          reject(new Problem('board/lost', `${path}: ${error.message}`, { cause: error }))
        }
        if (gone || closing) return failed(new Error('the port is closed'))
        port.write(Buffer.from(bytes), (error) => {
          if (error) failed(error)
          else setTimeout(resolve, paceOf(bytes.length, baudRate))
        })
      }),
    set: (lines) =>
      new Promise((resolve) => {
        if (gone || closing) resolve(false)
        else port.set(lines, (error) => resolve(!error))
      }),
    close: () =>
      new Promise((resolve) => {
        closing = true
        clearInterval(alive)
        unlock()
        if (!port.isOpen) return resolve()
        const late = setTimeout(resolve, CLOSING_MS)
        port.close(() => {
          clearTimeout(late)
          resolve()
        })
      }),
  }
}

/** Throws Problem `board/…`, and `board/port-in-use` only when it stays in use. */
async function opened(port: SerialPort): Promise<void> {
  const until = performance.now() + IN_USE_MS
  for (;;) {
    const problem = await new Promise<Problem | null>((resolve) => {
      port.open((error) => resolve(error ? whyNotOpened(port.path, error) : null))
    })
    if (problem === null) return
    if (problem.code !== 'board/port-in-use' || performance.now() >= until) throw problem
    await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS))
  }
}

/** How long some bytes take on the wire, ms: 8 bits with a start and a stop bit. */
const paceOf = (bytes: number, baudRate: number): number => (bytes * 10_000) / baudRate

export function whyNotOpened(path: string, error: Error): Problem {
  const { message } = error
  if (/No such file|ENOENT|File not found|No such device/i.test(message))
    return new Problem('board/no-port', `${path} does not exist`, {
      hint: 'hil devices lists what is plugged in; some USB cables carry power only',
      cause: error,
    })
  if (/Permission denied|EACCES|Access denied/i.test(message))
    return new Problem('board/no-permission', `${path} may not be opened by you`, {
      hint: 'sudo usermod -aG dialout $USER, then log in again (on Arch: the group uucp)',
      cause: error,
    })
  if (/lock|busy|EBUSY|Resource temporarily unavailable/i.test(message))
    return new Problem('board/port-in-use', `somebody else has ${path} open`, {
      hint: 'close Thonny, mpremote, screen or the other run that holds it (fuser shows which)',
      cause: error,
    })
  return new Problem('board/not-opened', `${path} cannot be opened: ${message}`, { cause: error })
}
