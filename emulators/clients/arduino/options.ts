// What both Arduino libraries are given besides their own settings: where the broker is, and the network object.

import type { PyValue } from '../../board.ts'
import { Problem } from '../../core/problem.ts'
import type { ClientHooks, OptionSpec, Options } from '../client.ts'
import { NETWORK_CORES, NetworkClient, type NetworkCore } from './network-client.ts'

export const SERVER_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'server',
    type: 'str',
    default: undefined,
    summary: "the broker's host name, or its address in dotted numbers, which is an IPAddress then",
  },
  { name: 'port', type: 'int', default: 1883, summary: 'TCP port' },
]

export const NETWORK_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'core',
    type: 'str',
    default: 'esp32',
    summary: `whose network object: ${NETWORK_CORES.join(', ')}. It decides what is lost when the broker sends and closes at once`,
  },
  {
    name: 'secure',
    means: 'tls',
    type: 'bool',
    default: false,
    summary: 'TLS, as a WiFiClientSecure after setInsecure(): the server is named and nothing is verified',
  },
]

const isCore = (text: PyValue | undefined): text is NetworkCore => NETWORK_CORES.some((core) => core === text)

/** Throws Problem `client/bad-option` for a core that there is not. */
export function networkOf(owner: string, options: Options, hooks: ClientHooks): NetworkClient {
  const { core } = options
  if (!isCore(core))
    throw new Problem('client/bad-option', `${owner}: unknown core ${String(core)}`, {
      hint: `one of ${NETWORK_CORES.join(', ')}`,
    })
  return new NetworkClient(core, options.secure === true, hooks.network ?? null)
}
