// A virtual board as a chassis: MicroPython in a thread, whose only network is the device's link.
// Whatever broker its program names, it reaches the one of the scenario, so that a program runs as printed.

import {
  type Clock,
  type Network,
  type Random,
  showDuration,
  startVirtualBoard,
  type VirtualBoard,
  type WifiSettings,
} from '../../../emulators/index.ts'
import type { Attachment, LinkState } from '../device.ts'
import { linkedNetwork } from '../network/linked-network.ts'
import type { Chassis, ChassisEvents } from './chassis.ts'
import type { Chip } from './chip-settings.ts'

export interface VirtualSettings {
  readonly name: string
  readonly wifi: WifiSettings
  readonly chip: Chip
  readonly attachment: Attachment
  readonly clock: Clock
  readonly random: Random
}

const NO_AIR: LinkState = { kind: 'down', mode: 'blackhole' }

export function virtualChassis(settings: VirtualSettings, events: ChassisEvents): Chassis {
  const { name, attachment, clock } = settings
  const { sockets, clock: bootClock } = settings.chip
  const inputs = new Map<number, 0 | 1>()
  let files: ReadonlyMap<string, Uint8Array> = new Map()
  let board: VirtualBoard | null = null
  let idle = promised()
  /** What the link was before Wi-Fi was lost. */
  let before: LinkState | null = null

  const start = async (): Promise<void> => {
    idle = promised()
    board = await startVirtualBoard(
      {
        name,
        files,
        seed: settings.random.int(0, 2 ** 30),
        wifi: settings.wifi,
        ...(sockets === undefined ? {} : { sockets }),
        ...(bootClock === undefined ? {} : { bootClock }),
      },
      {
        network: onlyTheLink(attachment),
        clock,
        onConsole: (bytes) => events.onConsole(bytes),
        onPin: (pin, value) => events.onPin(pin, value),
        onSocket: (change) => events.onSocket(change),
        onReset: (reason) => {
          idle = promised()
          events.onRestart(reason)
        },
        onIdle: (error) => {
          idle.resolve()
          events.onIdle(error)
        },
        onAir: (on) => {
          events.onAir?.(on)
          if (!on) before = attachment.state
          const state = on ? before : NO_AIR
          // What the scenario itself has done to the link since stays.
          if (state !== null && (!on || attachment.state === NO_AIR)) void attachment.set(state)
        },
        onLate: (late) => events.onLate?.(late),
        onBug: (error) => events.onBug(error),
      },
    )
    for (const [pin, level] of inputs) board.setPin(pin, level)
  }

  const stop = async (how: 'power' | 'close'): Promise<void> => {
    const stopped = board
    board = null
    if (stopped === null) return
    files = stopped.files
    await stopped.stop(how)
  }

  return {
    async boot() {
      await start()
      return { started: true }
    },
    async reset() {
      idle = promised()
      if (board === null) await start()
      else board.reset()
    },
    powerOff: () => stop('power'),
    async type(bytes) {
      board?.type(bytes)
    },
    drive(pin, level) {
      inputs.set(pin, level)
      board?.setPin(pin, level)
    },
    async upload(given) {
      files = new Map([...files, ...given])
    },
    quiet: () => idle.promise,
    hanging() {
      const call = board?.pending()
      if (call === null || call === undefined) return null
      return `the device has been waiting in ${call.call}${call.detail} for ${showDuration((clock.now() - call.since) as never)}`
    },
    wifi(state, time) {
      board?.wifi(state, time)
    },
    seesPins: true,
    errnos: 'linux',
    [Symbol.asyncDispose]: () => stop('close'),
  }
}

function onlyTheLink(attachment: Attachment): Network {
  const network = linkedNetwork(attachment)
  return {
    connect: (_host, _port, tls, events) => network.connect(attachment.host, attachment.port, tls, events),
  }
}

function promised(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>((r) => {
    resolve = r
  })
  return { promise, resolve }
}
