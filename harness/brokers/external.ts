// A broker that somebody else runs, by its URL. We only borrow it: it is never stopped, and its password
// is in nothing that is shown or written.

import { z } from 'zod'
import { type Duration, milliseconds, Problem, seconds } from '../../emulators/index.ts'
import { type Broker, type BrokerAccess, type BrokerKind, type Credentials, defineBroker } from './broker.ts'
import { reach } from './reach.ts'

const PATIENCE_MS = 5000
const DEFAULT_PORT = 1883

interface Address {
  readonly host: string
  readonly port: number
  readonly credentials: Credentials | null
}

const url = z.string().transform((text, context): Address => {
  const parsed = URL.canParse(text) ? new URL(text) : null
  const address = parsed !== null && /^(mqtt|tcp):$/.test(parsed.protocol) ? addressOf(parsed) : null
  if (address !== null) return address
  // Never the text itself: it may hold a password.
  const message =
    parsed?.protocol === 'mqtts:'
      ? 'TLS to the broker is not possible yet; use mqtt://'
      : 'not a broker URL: mqtt://HOST, mqtt://HOST:PORT or mqtt://USER:PASSWORD@HOST:PORT'
  context.addIssue({ code: 'custom', message })
  return z.NEVER
})

const slack = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s)$/, 'not a duration: 250ms or 6s')
  .transform((text) => (text.endsWith('ms') ? milliseconds(Number.parseFloat(text)) : seconds(Number.parseFloat(text))))

const options = z.strictObject({
  url: url.describe('mqtt://USER:PASSWORD@HOST:PORT'),
  keepaliveSlack: slack.default(seconds(6)).describe('how much later than 1.5 x keep alive it may notice; default: 6s'),
})

export const external: BrokerKind = defineBroker({
  name: 'external',
  summary: 'one that runs already, by its URL; it cannot be stopped or restarted',
  options,
  keepaliveSlack: (settings) => settings.keepaliveSlack,
  async available({ url: { host, port } }) {
    return reach(host, port, PATIENCE_MS).then(
      () => null,
      (error: NodeJS.ErrnoException) => `nothing answers at ${host}:${port}: ${error.code ?? error.message}`,
    )
  },
  async open({ url: address, keepaliveSlack }) {
    const { host, port } = address
    await reach(host, port, PATIENCE_MS).catch((cause: NodeJS.ErrnoException) => {
      throw new Problem('broker/unreachable', `nothing answers at ${host}:${port}: ${cause.code ?? cause.message}`, {
        hint: 'is it running, and is the port right? `--broker aedes` needs no broker',
        cause,
      })
    })
    return new ExternalBroker(address, keepaliveSlack)
  },
})

class ExternalBroker implements Broker {
  readonly name = 'external'
  readonly version = ''
  readonly host: string
  readonly port: number
  readonly keepaliveSlack: Duration
  readonly controllable = false
  readonly pid = null
  readonly #credentials: Credentials | null

  constructor(address: Address, keepaliveSlack: Duration) {
    this.host = address.host
    this.port = address.port
    this.keepaliveSlack = keepaliveSlack
    this.#credentials = address.credentials
  }

  // Getters on the class, so that no logger or JSON.stringify finds them.
  get access(): BrokerAccess {
    return this.#credentials === null ? {} : { credentials: this.#credentials }
  }

  get deviceCredentials(): Credentials | null {
    return this.#credentials
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

  async [Symbol.asyncDispose](): Promise<void> {}

  async #notOurs(what: string): Promise<never> {
    throw new Problem('broker/not-ours', `the broker at ${this.host}:${this.port} cannot be ${what}: it is not ours`, {
      hint: 'use --broker aedes or --broker mosquitto for scenarios that stop the broker',
    })
  }
}

function addressOf({ hostname, port, username, password }: URL): Address | null {
  if (hostname === '') return null
  const host = hostname.replace(/^\[(.*)\]$/, '$1') // an IPv6 address without the URL's brackets
  const address = { host, port: port === '' ? DEFAULT_PORT : Number(port) }
  if (username === '') return { ...address, credentials: null }
  try {
    const name = { username: decodeURIComponent(username) }
    return { ...address, credentials: password === '' ? name : { ...name, password: decodeURIComponent(password) } }
  } catch {
    return null // a percent sign that escapes nothing
  }
}
