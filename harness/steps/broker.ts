// `broker`: stop, start, kill or restart the broker that the harness started.

import { z } from 'zod'
import { milliseconds } from '../../emulators/index.ts'
import { duration } from '../scenario/index.ts'
import type { Action, Stage } from './step.ts'

const restart = z.strictObject({ 'down-for': duration().optional().describe('how long it stays down; default: 0ms') })

const args = z.union([
  z.enum(['stop', 'start', 'kill', 'restart']),
  z.strictObject({ restart: restart.describe('stop, wait, start') }),
])

export const broker: Action<z.output<typeof args>> = {
  kind: 'action',
  name: 'broker',
  summary: 'stop, start, kill or restart the broker',
  args,
  devices: () => [],
  async run(action, stage) {
    const what = typeof action === 'string' ? action : 'restart'
    stage.recorder.record({ kind: 'fault', code: 'broker', what: `broker ${what}` })
    if (what === 'stop' || what === 'restart') await halt(stage, 'stop')
    if (what === 'kill') await halt(stage, 'kill')
    if (typeof action !== 'string') await stage.pause(action.restart['down-for'] ?? milliseconds(0))
    if (what === 'start' || what === 'restart') {
      await stage.broker.start()
      stage.recorder.record({ kind: 'broker', change: 'started' })
      await stage.observerBack()
    }
  },
  show: (action) => `broker ${typeof action === 'string' ? action : 'restart'}`,
}

async function halt(stage: Stage, how: 'stop' | 'kill'): Promise<void> {
  stage.observerAway()
  await stage.broker[how]()
  stage.recorder.record({ kind: 'broker', change: how === 'stop' ? 'stopped' : 'killed' })
}
