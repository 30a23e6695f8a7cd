// This bench: what `hil run` uses when the command line says nothing else.

import type { Config } from './harness/config/index.ts'

export default {
  scenarios: ['scenarios'],
  broker: 'aedes',
  brokers: {
    aedes: { use: 'aedes' },
    mosquitto: { use: 'mosquitto' },
    nats: { use: 'nats' },
  },
  output: 'results',
} satisfies Config
