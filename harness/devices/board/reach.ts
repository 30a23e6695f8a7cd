// Whether a board reaches the address of its link, asked at its REPL; and what stands between, by what it saw.

import { isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'

/** What a board saw on its way. */
export interface Seen {
  /** It has joined a Wi-Fi; absent: it has none to join. */
  readonly joined?: boolean
  /** Its address, netmask, gateway and DNS server. */
  readonly net?: readonly string[]
  /** How far it came, and its OSError; absent: it was connected and heard an answer, or the end. */
  readonly failed?: readonly [at: 'name' | 'connect' | 'answer', errno: number | null, text: string]
  /** What answered, in hex digits. */
  readonly got?: string
}

export interface Obstacle {
  readonly trouble: string
  readonly hint: string
}

/** An address of this computer. */
export interface OwnAddress {
  readonly interface: string
  readonly address: string
}

/** What the link's side answers to a board that has sent the token. */
export const answerTo = (token: string): string => `hil ${token}`

/** Joins the Wi-Fi if there is one, connects, sends the token and prints a Seen as JSON. */
export const probe = (host: string, port: number, token: string, env: NodeJS.ProcessEnv = process.env): string => `
import socket, time, json
seen = {}
try:
    import network
    w = network.WLAN(network.STA_IF)
    w.active(True)
    if not w.isconnected() and ${text(env.HIL_WIFI_SSID ?? '')}:
        w.connect(${text(env.HIL_WIFI_SSID ?? '')}, ${text(env.HIL_WIFI_PASSWORD ?? '')})
        until = time.time() + 12
        while not w.isconnected() and time.time() < until:
            time.sleep(0.1)
    seen['joined'] = w.isconnected()
    seen['net'] = list(w.ifconfig())
except ImportError:
    pass
at = 'name'
try:
    to = socket.getaddrinfo(${text(host)}, ${port})[0][-1]
    at = 'connect'
    k = socket.socket()
    k.settimeout(6)
    k.connect(to)
    at = 'answer'
    k.send(${text(token)}.encode())
    seen['got'] = ''.join('%02x' % b for b in k.recv(64))
    k.close()
except OSError as e:
    seen['failed'] = [at, e.args[0] if e.args and isinstance(e.args[0], int) else None, str(e)]
print(json.dumps(seen))
`

/** A text as Python writes it. */
const text = (value: string): string => JSON.stringify(value)

export const ownAddresses = (): readonly OwnAddress[] =>
  Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
      .map(({ address }) => ({ interface: name, address })),
  )

/** What stands between a board and `host:port`, where nothing came from it. `ssid`: the Wi-Fi that it was told. */
export function obstacle(
  seen: Seen,
  {
    host,
    port,
    ssid,
    own,
  }: {
    readonly host: string
    readonly port: number
    readonly ssid: string | undefined
    readonly own: readonly OwnAddress[]
  },
): Obstacle {
  const [at, , said = ''] = seen.failed ?? ['answer' as const, null, '']
  if (seen.joined === false)
    return ssid === undefined || ssid === ''
      ? {
          trouble: 'it is in no Wi-Fi',
          hint: 'HIL_WIFI_SSID and HIL_WIFI_PASSWORD say which it joins',
        }
      : {
          trouble: `it has not joined the Wi-Fi ${ssid} within 12s`,
          hint: 'check HIL_WIFI_SSID and HIL_WIFI_PASSWORD; ESP32s know 2.4 GHz only',
        }
  if (at === 'name')
    return {
      trouble: `it cannot resolve ${host}${seen.net?.[3] === undefined ? '' : ` by its DNS server ${seen.net[3]}`}: ${said}`,
      hint: 'HIL_LINK_HOST may be an address, which needs no DNS; firmware with a compiled-in name needs a DNS server that knows it',
    }
  const answered = seen.got !== undefined && seen.got !== ''
  if (at === 'answer')
    return {
      trouble: answered
        ? `another machine or program answers at ${host}:${port}: ${JSON.stringify(Buffer.from(seen.got!, 'hex').toString('latin1'))}`
        : `something accepts the connection to ${host}:${port} in place of this computer, and says nothing`,
      hint: 'HIL_LINK_HOST must be an address of this computer; a gateway that catches connections must let them through',
    }
  const elsewhere = inAnotherNetwork(seen.net, host)
  if (elsewhere !== null) {
    const here = own.find(({ address }) => inAnotherNetwork(seen.net, address) === null)
    return {
      trouble: `it does not reach ${host}:${port}: ${said}; it is at ${elsewhere}, in another network`,
      hint:
        here === undefined
          ? 'no address of this computer is in its network: both must be in the same Wi-Fi, or routed'
          : `HIL_LINK_HOST=${here.address} is the address of this computer in its network (${here.interface})`,
    }
  }
  if (/refused|\b111\b/i.test(said))
    return {
      trouble: `${host}:${port} refuses its connection`,
      hint: `${own.some(({ address }) => address === host) ? 'a firewall of this computer rejects it' : `no interface of this computer has ${host}: HIL_LINK_HOST names another machine`}`,
    }
  return {
    trouble: `it does not reach ${host}:${port}: ${said}`,
    hint: 'HIL_LINK_HOST, HIL_WIFI_SSID and HIL_WIFI_PASSWORD; a firewall must let the link in, and an access point must not isolate its clients',
  }
}

/** The address of a board with that netmask, when `host` is not in its network; null: it is, or nobody knows. */
function inAnotherNetwork(net: readonly string[] | undefined, host: string): string | null {
  const [address = '', mask = ''] = net ?? []
  if (![address, mask, host].every(isIPv4) || mask === '0.0.0.0') return null
  const bits = (ip: string): number => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const size = 2 ** 32 - bits(mask)
  return Math.floor(bits(address) / size) === Math.floor(bits(host) / size) ? null : address
}
