// RabbitMQ with its MQTT plugin, as a child process that knows nothing of a system-wide one: own node, data, ports,
// and an own epmd, which would else stay behind as a daemon. The first start takes some ten seconds: the plugin
// waits six for other nodes to join. Started through `rabbitmq-server` of PATH it would become another user.

import { access, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { Problem, seconds } from '../../emulators/index.ts'
import { Child } from '../child/index.ts'
import { type BrokerKind, defineBroker, type Environment } from './broker.ts'
import { openChildBroker } from './child-broker.ts'
import { findProgram } from './find-program.ts'
import { reach } from './probe.ts'
import { type BrokerStart, HOST } from './recipe.ts'
import { websocket } from './values.ts'

/**
 * It looks twice, 1.5 x keep alive apart, so that it may take 3 x keep alive (measured with 3.10.8). This is right for
 * keep alives up to 10 s; with longer ones a will may come later still.
 */
const SLACK = seconds(15)
/** Debian's; the program of that name on PATH changes user and forgets the environment. */
const SCRIPTS = ['/usr/lib/rabbitmq/bin/rabbitmq-server', '/opt/homebrew/opt/rabbitmq/sbin/rabbitmq-server']
const EPMD_SHUTDOWN_LIMIT_MS = 5000

const options = z.strictObject({
  binary: z.string().optional().describe('path of the server script; default: where packages have it'),
  websocket,
  config: z
    .array(z.string())
    .default([])
    .describe('further lines of rabbitmq.conf, e.g. "mqtt.max_session_expiry_interval_seconds = 60"'),
})

export const rabbitmq: BrokerKind<z.input<typeof options>> = defineBroker({
  name: 'rabbitmq',
  summary: 'with its MQTT plugin as a child process, if it is installed; takes some 10 s to start',
  options,
  gaps: [{ test: 'passes messages of QoS 2 on', reason: 'RabbitMQ has no QoS 2: it takes it for QoS 1 and grants 1' }],
  keepaliveSlack: () => SLACK,
  websocket: () => ({ websocket: true }),
  available: async ({ binary }, env) => (await missing(binary, env)) ?? null,
  async open({ binary, config, ...settings }, env) {
    const why = await missing(binary, env)
    if (why !== undefined) throw new Problem('broker/not-installed', why, { hint: '`apt-get install rabbitmq-server`' })
    const program = (await script(binary))!
    const epmd = (await findProgram('epmd', env))!
    return openChildBroker({
      name: 'rabbitmq',
      keepaliveSlack: SLACK,
      furtherPorts: 2,
      ready: /Server startup complete/,
      version: /(?:Starting RabbitMQ|RabbitMQ) (\d\S*)/,
      portTaken: /eaddrinuse/,
      startLimit: seconds(60),
      stopLimit: seconds(10),
      ...(settings.websocket ? { websocket: '/ws' } : {}), // where its plugin has it
      beside: ({ further }) => runEpmd(epmd, further[0]!),
      async prepare(place) {
        await writeFile(join(place.folder, 'rabbitmq.conf'), configuration(config, place))
        const plugins = ['rabbitmq_mqtt', ...(settings.websocket ? ['rabbitmq_web_mqtt'] : [])]
        await writeFile(join(place.folder, 'enabled_plugins'), `[${plugins}].\n`)
        return { program, args: [], cwd: place.folder, env: environment(place, env) }
      },
    })
  },
})

async function missing(binary: string | undefined, env: Environment): Promise<string | undefined> {
  if ((await script(binary)) === null) return `${binary ?? 'rabbitmq-server'} is not installed`
  if ((await findProgram('epmd', env)) === null) return 'epmd, a part of Erlang, is not installed'
  return undefined
}

async function script(binary: string | undefined): Promise<string | null> {
  for (const path of binary === undefined ? SCRIPTS : [binary])
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path
  return null
}

/** Erlang's name service, as a child of ours and on a port of its own. */
async function runEpmd(program: string, port: number): Promise<AsyncDisposable> {
  const child = await Child.spawn(program, ['-port', String(port), '-address', HOST])
  child.stdout.resume()
  child.stderr.resume()
  const until = performance.now() + EPMD_SHUTDOWN_LIMIT_MS
  for (;;) {
    const answers = await reach(HOST, port, 200).then(
      () => true,
      () => false,
    )
    if (answers) return { [Symbol.asyncDispose]: () => child.kill() }
    if (performance.now() > until) {
      await child.kill()
      throw new Problem('broker/not-started', `epmd does not answer on port ${port}`)
    }
    await pause(20)
  }
}

function configuration(config: readonly string[], { port, web }: BrokerStart): string {
  return [
    'listeners.tcp = none', // AMQP, which nobody asked for
    `mqtt.listeners.tcp.1 = ${HOST}:${port}`,
    'mqtt.allow_anonymous = true',
    ...(web === undefined ? [] : [`web_mqtt.tcp.ip = ${HOST}`, `web_mqtt.tcp.port = ${web}`]),
    'log.console = true',
    'log.file = false',
    ...config,
    '',
  ].join('\n')
}

function environment({ folder, further: [epmdPort, distPort] }: BrokerStart, env: Environment): NodeJS.ProcessEnv {
  const foreign = Object.keys(env).filter((name) => /^(RABBITMQ|ERL|ELIXIR)_/.test(name))
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.includes(name))),
    HOME: folder, // of the Erlang cookie
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: HOST,
    RABBITMQ_NODENAME: 'hil@localhost',
    RABBITMQ_DIST_PORT: String(distPort),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'no-such-file'), // not /etc/rabbitmq's
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'no-such.config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: join(folder, 'logs'),
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    RABBITMQ_LOGS: '-',
    // The script becomes the server instead of staying its parent: what we signal is the server itself.
    RUNNING_UNDER_SYSTEMD: 'true',
  }
}
