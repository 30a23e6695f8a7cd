// `tls.connect` in a virtual run: Node's own TLS over a connection in memory. What OpenSSL knows of the time is the real
// date, so certificates are issued, and looked at, by that one.

import tls from 'node:tls'

type Connect = (options: object, heard?: () => void) => unknown

/** @param connect the `net.connect` of the run */
export function memoryTls(connect: Connect): Record<string, unknown> {
  const overSocket = tls.connect as unknown as Connect
  return {
    connect(...args: unknown[]): unknown {
      const [first, second] = args
      const heard = args.find((arg) => typeof arg === 'function') as (() => void) | undefined
      const given = args.find((arg) => typeof arg === 'object' && arg !== null) as { socket?: unknown } | undefined
      const where =
        typeof first === 'object' ? {} : { port: first, ...(typeof second === 'string' ? { host: second } : {}) }
      const options = { ...where, ...given }
      return overSocket({ ...options, socket: options.socket ?? connect(options) }, heard)
    },
  }
}
