// A fleet on this machine, with what the caller does not say.

import type { FleetOptions } from './fleet.ts'
import { LocalShards } from './local.ts'

/** Connects under way at once, of the whole fleet. */
const DEFAULT_WINDOW = 64

export const localFleet = (given: Partial<FleetOptions>): FleetOptions => ({
  shards: null,
  addresses: null,
  window: DEFAULT_WINDOW,
  transport: () => new LocalShards(),
  remote: false,
  watchers: [],
  ...given,
})
