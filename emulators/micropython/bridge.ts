// The module `_hil`, as the board's Python modules see it. Values that cross are numbers and texts;
// bytes cross by address, because a Python `bytes` is a proxy on this side and copying one is slow.
// A call that can fail gives a negative number: see `codeOf`, and `_board.py` for its reader.

import { MOST_BYTES, type Reply, type Request } from './channel.ts'
import type { InterpreterHost } from './emscripten.ts'
import { errnoNumber } from './errno.ts'
import type { Hooks } from './hooks.ts'
import type { WasmMemory } from './webassembly.ts'

const EVENTS = -1000
const NOTHING = -1001
const INTERRUPTED = -1002
const REFUSED = -1003
/** OSError(-2) and such, which are no errno, are so much less. */
const NOT_ERRNO = -2000
const EPOCH_2000 = Date.UTC(2000, 0, 1)

export function bridge(
  machine: InterpreterHost,
  memory: WasmMemory,
  flush: () => void,
  hooks: Hooks,
  { rtcMemory = '', clockAhead = 0 }: { readonly rtcMemory?: string; readonly clockAhead?: number },
) {
  let rtc = rtcMemory
  let ahead = clockAhead
  let interruptible = true
  /** The bytes of the last read, until Python has a place for them. */
  let read = new Uint8Array()
  /** What the last ValueError says. */
  let why = ''
  const ask = (request: Request): Reply => {
    flush()
    return machine.ask(request, interruptible)
  }
  const codeOf = (reply: Reply): number => {
    switch (reply.kind) {
      case 'none':
        return NOTHING
      case 'done':
        return 0
      case 'events':
        return EVENTS
      case 'interrupted':
        hooks.interruptHere()
        return INTERRUPTED
      case 'number':
        return reply.value
      case 'bytes':
        read = reply.value as Uint8Array<ArrayBuffer>
        return read.length
      case 'refused':
        why = reply.why
        return REFUSED
      case 'raised':
        return typeof reply.errno === 'number' && reply.errno < 0 ? NOT_ERRNO + reply.errno : -errnoNumber(reply.errno)
    }
  }
  const code = (request: Request): number => codeOf(ask(request))
  const bytesAt = (address: number, length: number): Uint8Array => new Uint8Array(memory.buffer, address, length)
  const textOf = (reply: Reply): string => (reply.kind === 'bytes' ? Buffer.from(reply.value).toString() : '')

  return {
    socket: () => code({ kind: 'socket' }),
    settimeout: (socket: number, seconds: number | null) =>
      code({ kind: 'settimeout', socket, timeout: (seconds === null ? null : seconds * 1000) as never }),
    setblocking: (socket: number, on: boolean) => code({ kind: 'setblocking', socket, on }),
    connect: (socket: number, host: string, port: number) => code({ kind: 'connect', socket, host, port }),
    wrap: (socket: number, serverName: string | null, verify: boolean) =>
      code({ kind: 'wrap', socket, serverName, verify }),
    why: () => why,
    write: (socket: number, address: number, length: number) =>
      code({ kind: 'write', socket, bytes: bytesAt(address, length).slice() }),
    read: (socket: number, count: number, exact: boolean) =>
      code({ kind: exact ? 'read' : 'recv', socket, count: Math.min(count, MOST_BYTES) }),
    take: (address: number) => bytesAt(address, read.length).set(read),
    /** `watch`: lines of socket and bits. The answer is the same, to be taken as what was read; no bytes: nothing is ready. */
    poll: (watch: string, milliseconds: number | null) =>
      code({
        kind: 'poll',
        watch: watch === '' ? [] : watch.split('\n').map((line) => line.split(' ').map(Number) as [number, number]),
        timeout: milliseconds,
      }),
    close: (socket: number) => code({ kind: 'close', socket }),
    sleep: (milliseconds: number) => code({ kind: 'sleep', duration: milliseconds as never }),
    now: () => machine.now() + 0.0001, // never a whole number: those cross as 32 bits
    /** What the board's clock shows, and what an NTP server would say; milliseconds since 1970. */
    clock: () => machine.date() + ahead + 0.5,
    utc: () => machine.date() + 0.5,
    /** Seconds since 2000. */
    keepClock(shown: number) {
      ahead = EPOCH_2000 + Math.floor(shown) * 1000 - machine.date()
      return code({ kind: 'clock', ahead })
    },
    level: (pin: number) => machine.level(pin) ?? -1,
    pin: (pin: number, value: number) => code({ kind: 'pin', pin, value: value as 0 | 1 }),
    irq: (pin: number, on: boolean) => code({ kind: 'irq', pin, on }),
    timer: (id: number, period: number, repeat: boolean) => code({ kind: 'timer', id, period, repeat }),
    watchdog: (milliseconds: number) => code({ kind: 'watchdog', milliseconds }),
    rtcMemory: () => rtc,
    keepRtc: (hex: string) => {
      rtc = hex
      return code({ kind: 'rtc', hex })
    },
    key: () => code({ kind: 'key', prompt: false }),
    events: () => textOf(ask({ kind: 'events' })),
    wifi: (what: 'join' | 'leave' | 'state', ssid: string) => textOf(ask({ kind: 'wifi', do: what, ssid })),
    running(on: boolean) {
      machine.running = on
      if (!on) hooks.forget()
    },
    idle: (error: string) => code({ kind: 'idle', error }),
    reboot: (how: 'reset' | 'soft') => code({ kind: 'reboot', how }),
    deepsleep: (milliseconds: number) => code({ kind: 'deepsleep', milliseconds }),
    uninterrupted: (on: boolean) => {
      interruptible = !on
    },
    rehearse: () => hooks.rehearse(),
    rehearsed: (func: number) => hooks.rehearsed(func),
  }
}
