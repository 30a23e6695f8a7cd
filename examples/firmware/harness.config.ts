// The firmware's own build for the host is the device; the embedded broker needs nothing installed.

import type { Config } from 'mqtt-hil'

export default {
  scenarios: ['scenarios'],
  broker: 'aedes',
} satisfies Config
