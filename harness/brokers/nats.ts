// nats-server as an MQTT broker, as a child process. It keeps sessions and retained messages in JetStream, in our
// folder, whatever the CONNECT says; MQTT 3.1.1 only, and no server without a name.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { milliseconds, Problem } from '../../emulators/index.ts'
import { type BrokerKind, defineBroker } from './broker.ts'
import { openChildBroker } from './child-broker.ts'
import { findProgram } from './find-program.ts'
import { type BrokerStart, HOST } from './recipe.ts'
import { websocket } from './values.ts'

/** Measured with 2.9.10: 13 ms at most; with an odd keep alive it is even 0.5 s early. The rest is for busy machines. */
const SLACK = milliseconds(250)

const options = z.strictObject({
  binary: z.string().default('nats-server').describe('name or path of the program'),
  log: z
    .enum(['all', 'brief'])
    .default('brief')
    .describe('all: with every packet, too much under load; brief: errors, warnings, state'),
  mqtt: z
    .array(z.string())
    .default([])
    .describe('further lines of the mqtt block of its configuration, e.g. "ack_wait: 10s"'),
  websocket,
  config: z.array(z.string()).default([]).describe('further lines of its configuration, e.g. "max_payload: 64KB"'),
})

type NatsSettings = z.output<typeof options>

export const nats: BrokerKind<z.input<typeof options>> = defineBroker({
  name: 'nats',
  summary: 'nats-server as a child process, if it is installed; MQTT 3.1.1',
  options,
  gaps: [
    { test: 'passes messages of QoS 2 on', versions: '<2.10', reason: 'nats-server has QoS 2 from 2.10 on' },
    {
      test: 'keeps its own $ topics from who subscribes to #',
      reason: "# also matches the subjects of JetStream's own messages, such as $MQTT/sess/…",
    },
  ],
  keepaliveSlack: () => SLACK,
  protocols: () => [4],
  websocket: () => ({ websocket: true }),
  async available({ binary }, env) {
    return (await findProgram(binary, env)) === null ? `${binary} is not installed` : null
  },
  async open(settings, env) {
    const program = await findProgram(settings.binary, env)
    if (program === null)
      throw new Problem('broker/not-installed', `${settings.binary} is not installed`, {
        hint: '`apt-get install nats-server` (`brew install nats-server`)',
      })
    return openChildBroker({
      name: 'nats',
      keepaliveSlack: SLACK,
      ready: /Server is ready/,
      version: /Version:\s+v?(\d\S*)/,
      portTaken: /address already in use/i,
      ...(settings.websocket ? { websocket: '/mqtt' } : {}), // the only path that it has for MQTT
      async prepare(place) {
        const file = join(place.folder, 'nats.conf')
        await writeFile(file, configuration(settings, place))
        return { program, args: ['-c', file, ...(settings.log === 'all' ? ['-DV'] : [])] }
      },
    })
  },
})

function configuration({ mqtt, config }: NatsSettings, { port, web, folder }: BrokerStart): string {
  return [
    `server_name: hil-${port}`, // MQTT wants one
    `listen: "${HOST}:-1"`, // for NATS's own clients; -1 takes any port
    `jetstream { store_dir: ${JSON.stringify(join(folder, 'jetstream'))} }`,
    'mqtt {',
    `  host: "${HOST}"`,
    `  port: ${port}`,
    ...mqtt.map((line) => `  ${line}`),
    '}',
    ...(web === undefined ? [] : [`websocket { host: "${HOST}", port: ${web}, no_tls: true }`]),
    ...config,
    '',
  ].join('\n')
}
