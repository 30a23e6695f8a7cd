// A board that starts again although no step and no program of its own has asked for it: unless the scenario makes a claim
// about that, it ends the run. What was going on then says nothing.

import { Problem } from '../../emulators/index.ts'
import type { Event } from '../evidence/index.ts'
import type { Plan } from '../plan/model/index.ts'

/** null: the event is something else, or the scenario expects it. */
export function unexpectedRestart(event: Event, plan: Plan): Problem | null {
  if (event.kind !== 'device' || event.change !== 'restarted') return null
  const { device, cause = 'unknown', as, detail } = event
  // A program may restart its board on purpose, and a puppet never does.
  const onPurpose = cause === 'software' || cause === 'sleep' || (cause === 'unknown' && as === 'program')
  if ((onPurpose && as === 'program') || makesClaimAbout(plan, device)) return null
  const crashed = cause === 'panic' || cause === 'watchdog'
  return new Problem(
    crashed ? 'device/crashed' : 'board/restarted',
    `${device} has started again by itself: ${WORDS[cause] ?? cause}${detail === undefined ? '' : ` (${detail})`}`,
    {
      hint:
        cause === 'brownout'
          ? 'its supply voltage was too low: another cable or USB port, or a supply of its own'
          : 'its console shows what came before; a scenario that expects it claims device: { change: restarted }',
    },
  )
}

const WORDS: Readonly<Record<string, string>> = {
  brownout: 'brownout, its supply voltage was too low',
  panic: 'its program crashed (panic)',
  watchdog: 'a watchdog has reset it',
  power: 'its power was off for a moment, or somebody has reset it',
  software: 'its program has reset it',
}

/** Whether a claim of the scenario is about the life of this device. */
export const makesClaimAbout = (plan: Plan, device: string): boolean => plan.lives?.has(device) === true
