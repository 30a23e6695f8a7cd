// Mosquitto, as a child process with a configuration of its own. It looks for dead clients only every few
// seconds, so that a will may come up to 6 s after 1.5 x keep alive.

import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { Problem, seconds } from '../../../emulators/index.ts'
import { testAuthority } from '../../tls/index.ts'
import { accessOptions, credentialsOf, tlsOf } from '../access-options.ts'
import { type Broker, type BrokerAccess, type BrokerKind, defineBroker } from '../broker.ts'
import { openChildBroker } from '../child-broker.ts'
import { findProgram } from '../find-program.ts'
import { websocket, wholeSeconds } from '../values.ts'
import { mergeConf } from './conf.ts'
import { readConf } from './conf-file.ts'
import { writeConfiguration, writeMerged } from './config.ts'
import { randomPassword } from './password.ts'

const SLACK = seconds(6)
const SIGNS = {
  ready: /mosquitto version \S+ running/,
  probe: true, // old versions do not say when they are ready
  version: /mosquitto version (\S+) (?:starting|running)/,
  portTaken: /address already in use/i,
} as const

const options = z.strictObject({
  binary: z.string().default('mosquitto').describe('name or path of the program'),
  persistence: z.boolean().default(false).describe('keep sessions and retained messages over a restart'),
  log: z
    .enum(['all', 'brief'])
    .default('all')
    .describe('all: every packet, too much under load; brief: errors, warnings, state'),
  max_keepalive: wholeSeconds().optional().describe('the longest keep alive that it accepts, such as 60s'),
  allow_anonymous: z
    .boolean()
    .optional()
    .describe('let clients in without a user name; default: true unless there are passwords'),
  passwords: z.record(z.string(), z.string()).optional().describe('the users and their passwords: { me: secret }'),
  acl: z
    .array(z.string())
    .optional()
    .describe("lines of an ACL file, e.g. [user me, topic read t/#]; the harness's own user may do everything"),
  tls: z
    .union([z.boolean(), z.enum(['mutual'])])
    .default(false)
    .describe('TLS with a test certificate; mutual: it also asks its clients for one'),
  websocket,
  config: z.array(z.string()).default([]).describe('further lines of mosquitto.conf, e.g. "max_inflight_messages 1"'),
  conf: z
    .string()
    .optional()
    .describe('your own mosquitto.conf: its first listener gets a port of ours, the rest is as it stands there'),
  directory: z.string().optional().describe('where relative paths in conf begin; default: the folder of conf'),
  ...accessOptions,
})

export type MosquittoSettings = z.output<typeof options>

export const mosquitto: BrokerKind<z.input<typeof options>> = defineBroker({
  name: 'mosquitto',
  summary: 'as a child process, if it is installed',
  options,
  keepaliveSlack: () => SLACK,
  protocols: () => [3, 4, 5], // 5 since 1.6
  websocket: () => ({ websocket: true }),
  inspect(settings) {
    if (settings.conf !== undefined) ownConf(settings, settings.conf)
  },
  async available({ binary }, env) {
    return (await findProgram(binary, env)) === null ? `${binary} is not installed` : null
  },
  async open(settings, env) {
    const program = await findProgram(settings.binary, env)
    if (program === null) {
      throw new Problem('broker/not-installed', `${settings.binary} is not installed`, {
        hint: '`apt-get install mosquitto` (`brew install mosquitto`), or use --broker aedes, which needs nothing',
      })
    }
    if (settings.conf !== undefined) return openWithConf(settings, settings.conf, program)
    const access = await accessOf(settings)
    return openChildBroker({
      name: 'mosquitto',
      keepaliveSlack: SLACK,
      ...SIGNS,
      access,
      ...(settings.websocket ? { websocket: '/mqtt' } : {}),
      async prepare(place) {
        return { program, args: ['-c', await writeConfiguration(settings, access, place)] }
      },
    })
  },
})

/** What a conf of the team's own says itself. */
const SAID_BY_CONF = ['persistence', 'max_keepalive', 'allow_anonymous', 'passwords', 'acl', 'tls'] as const

/** What their conf says, and how the harness gets in. Throws Problem `broker/bad-options`. */
function ownConf(settings: MosquittoSettings, conf: string) {
  const both = SAID_BY_CONF.find((key) => settings[key] !== undefined && settings[key] !== false)
  if (both !== undefined)
    throw new Problem('broker/bad-options', `broker mosquitto: conf and ${both} exclude each other`, {
      hint: `write it into ${conf}; config: adds lines to it`,
    })
  const file = resolve(settings.directory ?? '.', conf)
  const text = readConf(file)
  const { tls } = mergeConf(text, conf, '')
  return { file, text, access: tls ? { tls: tlsOf('mosquitto', settings, settings.directory) } : {} }
}

async function openWithConf(settings: MosquittoSettings, conf: string, program: string): Promise<Broker> {
  const { file, text, access } = ownConf(settings, conf)
  const credentials = credentialsOf(settings)
  return openChildBroker({
    name: 'mosquitto',
    keepaliveSlack: SLACK,
    ...SIGNS,
    access: { ...(credentials === undefined ? {} : { credentials }), ...access },
    deviceCredentials: credentials,
    ...(settings.websocket ? { websocket: '/mqtt' } : {}),
    async prepare(start) {
      return { program, args: ['-c', await writeMerged(settings, text, conf, start)], cwd: dirname(file) }
    },
  })
}

/** The harness has a user of its own where there are users at all. */
async function accessOf({ tls, passwords, acl, allow_anonymous }: MosquittoSettings): Promise<BrokerAccess> {
  const closed = passwords !== undefined || acl !== undefined || allow_anonymous === false
  return {
    ...(closed ? { credentials: { username: 'hil', password: randomPassword() } } : {}),
    ...(tls === false ? {} : { tls: await testTls(tls === 'mutual') }),
  }
}

async function testTls(mutual: boolean): Promise<NonNullable<BrokerAccess['tls']>> {
  const authority = await testAuthority()
  return { ca: authority.cert, ...(mutual ? await authority.client('hil') : {}) }
}
