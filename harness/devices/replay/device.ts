// A recorded device, played again. What it sent goes out at its time and not before what it had heard by then has come
// again; ids that the broker chose are those that it chooses now. That it cannot go on is its end, with exit code 1.

import { Problem } from '../../../emulators/index.ts'
import type { Device } from '../device.ts'
import { ReplayError, Replayer, type ReplaySettings } from './replayer.ts'

export function replayDevice(settings: ReplaySettings): Device {
  const { name, recorder } = settings
  let player: Replayer | null = null

  const boot = (): void => {
    recorder.record({ kind: 'device', device: name, change: 'boot' })
    const own = new Replayer(settings)
    player = own
    own.play().then(
      () => own === player && end(0, 'ended', undefined),
      (error) => {
        if (own !== player) return
        if (error instanceof ReplayError) end(1, 'crashed', error.message)
        else settings.onBug(error)
      },
    )
  }
  const end = (code: number, change: 'ended' | 'crashed', detail: string | undefined): void => {
    recorder.record({ kind: 'device', device: name, change, detail })
    recorder.record({ kind: 'exit', device: name, code, signal: null })
  }
  const stop = (how: 'power' | 'reset', change: 'off' | 'reset'): void => {
    const was = player
    player = null
    was?.vanish(how)
    recorder.record({ kind: 'device', device: name, change })
  }
  const missing = (what: string, code: string): never => {
    throw new Problem(code, `${name} is a replay: it has no ${what}`, {
      hint: 'it does what was recorded; bind another device to control it',
    })
  }

  return {
    name,
    get running() {
      return player !== null
    },
    async boot() {
      if (player === null) boot()
    },
    call: () => missing('calls', 'device/no-calls'),
    hanging: () => player?.hanging() ?? null,
    async reset() {
      stop('reset', 'reset')
      boot()
    },
    async powerOff() {
      if (player !== null) stop('power', 'off')
    },
    drive: () => missing('pins', 'device/no-pins'),
    activeLevel: () => missing('pins', 'device/no-pins'),
    send: () => missing('console', 'device/no-console'),
    async [Symbol.asyncDispose]() {
      const was = player
      player = null
      was?.destroy()
    },
  }
}
