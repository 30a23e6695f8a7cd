// A serial port, opened for us alone. On a board's USB bridge two of its lines are wired to the chip:
// RTS to reset, DTR to the BOOT button (GPIO0). `set` writes both at once, and leaving one out would
// assert it. A pseudo terminal has neither; there `set` says no.

import { Problem } from '../../../emulators/index.ts'

export interface SerialLine {
  write(bytes: Uint8Array): Promise<void>
  /** False: this port has no such lines. */
  set(lines: { readonly dtr: boolean; readonly rts: boolean }): Promise<boolean>
  close(): Promise<void>
}

export interface SerialEvents {
  onData(bytes: Uint8Array): void
  /** Not after `close()`. */
  onGone(why: string): void
}

export type OpenSerial = (path: string, baudRate: number, events: SerialEvents) => Promise<SerialLine>

/** Throws Problem `board/no-port`, `board/no-permission`, `board/port-in-use` or `board/not-opened`. */
export const openSerial: OpenSerial = async (path, baudRate, events) => {
  const { SerialPort } = await import('serialport')
  const port = new SerialPort({ path, baudRate, autoOpen: false, lock: true, hupcl: false })
  await new Promise<void>((resolve, reject) => {
    port.open((error) => (error ? reject(whyNotOpened(path, error)) : resolve()))
  })
  // Waiting for what comes from a port does not by itself keep Node alive.
  const alive = setInterval(() => {}, 2 ** 30)
  let closing = false
  let gone = false
  const lost = (why: string): void => {
    if (closing || gone) return
    gone = true
    clearInterval(alive)
    events.onGone(why)
  }
  port.on('data', (bytes: Buffer) => events.onData(bytes))
  port.on('close', (error: Error | null) => lost(error?.message ?? 'the port was closed'))
  port.on('error', (error: Error) => lost(error.message))
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        const failed = (error: Error): void => {
          lost(error.message)
          reject(new Problem('board/lost', `${path}: ${error.message}`, { cause: error }))
        }
        port.write(Buffer.from(bytes), (error) => {
          if (error) failed(error)
          else port.drain((late) => (late ? failed(late) : resolve()))
        })
      }),
    set: (lines) =>
      new Promise((resolve) => {
        port.set(lines, (error) => resolve(!error))
      }),
    close: () =>
      new Promise((resolve) => {
        closing = true
        clearInterval(alive)
        if (port.isOpen) port.close(() => resolve())
        else resolve()
      }),
  }
}

export function whyNotOpened(path: string, error: Error): Problem {
  const { message } = error
  if (/No such file|ENOENT|File not found/i.test(message))
    return new Problem('board/no-port', `there is no ${path}`, {
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
