// A broker that somebody else runs, by its URL. We only borrow it: it is never stopped, and its password
// is in nothing that is shown or written.

import { z } from 'zod'
import { type Duration, Problem, seconds } from '../../emulators/index.ts'
import { accessOptions, tlsOf } from './access-options.ts'
import {
  type Broker,
  type BrokerAccess,
  type BrokerKind,
  type BrokerTls,
  type Credentials,
  defineBroker,
  type WebAddress,
} from './broker.ts'
import { brokerUrl } from './broker-url.ts'
import { reach } from './probe.ts'
import { greetWeb } from './refusal.ts'
import { greetTls } from './tls-greeting.ts'
import { durationText } from './values.ts'
import { type Gateway, openGateway } from './websocket.ts'

const CONNECT_LIMIT_MS = 5000

const options = z.strictObject({
  url: brokerUrl.describe('mqtt://, mqtts://, ws:// or wss://, then USER:PASSWORD@HOST:PORT'),
  ...accessOptions,
  directory: z
    .string()
    .optional()
    .describe('where relative paths begin; default: the folder of the file that names it'),
  keepaliveSlack: durationText()
    .default(seconds(6))
    .describe('how much later than 1.5 x keep alive it may notice; default: 6s'),
})

type ExternalSettings = z.output<typeof options>

export const external: BrokerKind<z.input<typeof options>> = defineBroker({
  name: 'external',
  summary: 'one that runs already, by its URL; it cannot be stopped or restarted',
  options,
  controllable: false,
  keepaliveSlack: (settings) => settings.keepaliveSlack,
  websocket: ({ url }) => (url.web === null ? null : {}),
  inspect(settings) {
    if (settings.url.secure) tlsOf('external', settings, settings.directory)
  },
  async available({ url: { host, port } }) {
    return reach(host, port, CONNECT_LIMIT_MS).then(
      () => null,
      (error: NodeJS.ErrnoException) => unreached(host, port, error),
    )
  },
  async open(settings) {
    const { host, port, secure, web } = settings.url
    const tls = secure ? { serverName: host, ...tlsOf('external', settings, settings.directory) } : undefined
    await reach(host, port, CONNECT_LIMIT_MS).catch((cause: NodeJS.ErrnoException) => {
      throw new Problem('broker/unreachable', unreached(host, port, cause), {
        hint: 'check that it runs, and that the port is right; `--broker aedes` needs no broker',
        cause,
      })
    })
    if (tls !== undefined) await greetTls(host, port, tls)
    if (web !== null) await greetWeb(web, tls)
    return new ExternalBroker(settings, tls, web === null ? null : await openGateway(web, tls))
  },
})

/** A name that cannot be looked up is no broker that does not answer. */
const unreached = (host: string, port: number, { code, message }: NodeJS.ErrnoException): string =>
  UNKNOWN_NAME.has(code ?? '')
    ? `no address is known for the name ${host} (${code})`
    : `no answer from ${host}:${port}: ${code ?? message}`

const UNKNOWN_NAME: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME'])

class ExternalBroker implements Broker {
  readonly name = 'external'
  readonly version = ''
  readonly host: string
  readonly port: number
  readonly keepaliveSlack: Duration
  readonly controllable = false
  readonly sharedAs: string
  readonly pid = null
  readonly websocket: WebAddress | undefined
  readonly #access: BrokerAccess
  readonly #gateway: Gateway | null

  constructor(
    { url, username, password, keepaliveSlack }: ExternalSettings,
    tls: BrokerTls | undefined,
    gateway: Gateway | null,
  ) {
    this.host = gateway?.host ?? url.host
    this.port = gateway?.port ?? url.port
    this.sharedAs = `${url.host}:${url.port}`
    this.#gateway = gateway
    this.websocket =
      url.web === null
        ? undefined
        : { host: url.host, port: url.port, path: url.web.replace(/^[^/]*\/\/[^/]*/, ''), tls }
    this.keepaliveSlack = keepaliveSlack
    const name = username ?? url.credentials?.username
    const word = password ?? url.credentials?.password
    this.#access = {
      ...(name === undefined
        ? {}
        : { credentials: { username: name, ...(word === undefined ? {} : { password: word }) } }),
      ...(tls === undefined || gateway !== null ? {} : { tls }),
    }
  }

  // Getters on the class, so that no logger or JSON.stringify finds them.
  get access(): BrokerAccess {
    return this.#access
  }

  get deviceCredentials(): Credentials | null {
    return this.#access.credentials ?? null
  }

  stop(): Promise<void> {
    return this.#notOurs('stopped')
  }

  start(): Promise<void> {
    return this.#notOurs('started')
  }

  kill(): Promise<void> {
    return this.#notOurs('killed')
  }

  log(): string {
    return ''
  }

  onDeath(): () => void {
    return () => {}
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#gateway?.[Symbol.asyncDispose]()
  }

  async #notOurs(what: string): Promise<never> {
    throw new Problem('broker/not-ours', `the broker at ${this.host}:${this.port} cannot be ${what}: it is not ours`, {
      hint: 'use --broker aedes or --broker mosquitto for scenarios that stop the broker',
    })
  }
}
