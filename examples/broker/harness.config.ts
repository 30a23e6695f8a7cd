// A mosquitto as it is set up for production: users, an access list, and a limit of the keep alive; and the same program
// with none of that, because the statements of MQTT are tested by clients that have no password.

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
    plain: { use: 'mosquitto' },
  },
} satisfies Config
