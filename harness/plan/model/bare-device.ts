import type { Place } from '../../../emulators/index.ts'
import type { DevicePlan } from './plan.ts'

/** A device of which nothing is said but its name. */
export const bareDevice = (name: string, place: Place): DevicePlan => ({
  name,
  place,
  use: '',
  settings: null,
  signals: {},
  busy: null,
  library: null,
  calls: null,
  level: null,
  protocol: null,
  tls: null,
  websocket: false,
  needs: [],
  capabilities: null,
  shows: null,
  changes: null,
  names: null,
  waitsForBoot: false,
})
