// Node's sockets under a fleet's: without a listener or a buffer of their own, because there are tens of thousands.

import { connect, isIP, Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { TlsRequest } from '../../board.ts'

/** One place for what has just arrived, on all sockets of the process: it is read before the next comes. */
export const ARRIVED = Buffer.allocUnsafe(64 * 1024)

/** Whoever is told what happens on a wire. */
export interface WireEnd {
  /** So many bytes are in ARRIVED, until this returns. */
  arrived(count: number): void
  opened(): void
  failedWith(error: Error): void
  gone(): void
  over(): void
}

export type Wired = Socket & { of: WireEnd | null }

const ONREAD = {
  buffer: ARRIVED,
  callback(this: Wired, count: number): boolean {
    this.of?.arrived(count)
    return true
  },
}
const SETTINGS = { allowHalfOpen: true, onread: ONREAD }

/** Takes what a socket tells where it is told: four listeners a socket, or a class of its own, would cost a tenth of a connect. */
export function fleetWire(of: WireEnd): Wired {
  const net = new Socket(SETTINGS as never) as Wired
  net.of = of
  net.emit = emit
  return net
}

function emit(this: Wired, event: string | symbol, ...args: unknown[]): boolean {
  switch (event) {
    case 'connect':
      this.of?.opened()
      break
    case 'error':
      this.of?.failedWith(args[0] as Error)
      return true
    case 'close':
      this.of?.gone()
      break
    case 'end':
      this.of?.over()
  }
  return Reflect.apply(Socket.prototype.emit, this, [event, ...args])
}

/** A connection of `net.connect`, which may be in memory. */
export function plainWire(of: WireEnd, where: object): Wired {
  const net = connect({ ...where, allowHalfOpen: true } as never) as Wired
  net.of = of
  net.on('data', onData)
  net.on('connect', onConnect)
  net.on('end', onEnd)
  net.on('error', onError)
  net.on('close', onClose)
  return net
}

/** `secure`: options of `tls.connect` for this device. */
export function secureWire(of: WireEnd, where: object, { serverName }: TlsRequest, secure: object | undefined): Wired {
  const net = connectTls({
    ...where,
    ...SETTINGS,
    maxVersion: 'TLSv1.2', // as in tls.ts
    rejectUnauthorized: false,
    // mbedTLS compares names only when it was told one.
    ...(serverName === undefined || isIP(serverName) !== 0
      ? { servername: '', checkServerIdentity: () => undefined }
      : { servername: serverName }),
    ...secure,
  } as never) as unknown as Wired
  net.of = of
  net.on('secureConnect', onConnect)
  net.on('end', onEnd)
  net.on('error', onError)
  net.on('close', onClose)
  return net
}

/** RST; not while a FIN of our own is on its way: libuv refuses that, and the handle would never close. */
export function reset(net: Socket): void {
  if (net.writableEnded && !net.writableFinished) net.destroy()
  else net.resetAndDestroy()
}

function onData(this: Wired, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; at += ARRIVED.length) this.of?.arrived(bytes.copy(ARRIVED, 0, at))
}
function onConnect(this: Wired): void {
  this.of?.opened()
}
function onEnd(this: Wired): void {
  this.of?.over()
}
function onError(this: Wired, error: Error): void {
  this.of?.failedWith(error)
}
function onClose(this: Wired): void {
  this.of?.gone()
}
