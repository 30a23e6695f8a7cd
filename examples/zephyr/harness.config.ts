// The board is in hardware-map.yaml; the embedded broker needs nothing installed.

import type { Config } from 'mqtt-hil'

export default {
  scenarios: ['scenarios'],
  broker: 'aedes',
} satisfies Config
