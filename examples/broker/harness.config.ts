// A mosquitto as it is set up for production: users, an access list, and a limit of the keep alive.

import type { Config } from 'mqtt-hil'

export default {
  scenarios: ['scenarios'],
  broker: 'ours',
  brokers: {
    ours: {
      use: 'mosquitto',
      passwords: { sensor: 'only for tests', panel: 'only for tests, too' },
      acl: ['user sensor', 'topic write plant/#', '', 'user panel', 'topic read plant/#'],
      max_keepalive: '60s',
      persistence: true,
    },
  },
} satisfies Config
