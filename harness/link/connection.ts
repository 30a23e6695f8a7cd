// One connection through a link: two sockets, a flow each way, and who ended it. The end is recorded once,
// at the first FIN or RST; after a FIN the other direction may go on, so packets can follow it.

import type { Socket } from 'node:net'
import {
  after,
  type Clock,
  Dialect,
  milliseconds,
  type Problem,
  type Timer,
  unreachable,
} from '../../emulators/index.ts'
import type { Recorder, SocketChange, SocketEvent } from '../evidence/index.ts'
import type { CutMode } from './disturbances/disturbance.ts'
import { Flow, type FlowLimits, tooLong } from './flow.ts'
import type { Rule } from './rule.ts'
import type { Lost } from './sink.ts'
import { afterReads, finish, gone, onEnd, reset, sinkOf } from './sockets.ts'
import type { DownMode, FrameKind, LinkEnd, VanishMode } from './state.ts'
import { WebSocketLayer } from './web.ts'

type Phase =
  | { readonly kind: 'through' }
  /** Bytes were lost, so nothing passes any more: half-open until a side ends it while the network is up. */
  | { readonly kind: 'dead' }
  | { readonly kind: 'vanished'; readonly how: VanishMode }
  /** The link said FIN to both, as a program that closed its sockets: bytes that still come are answered by RST. */
  | { readonly kind: 'closing' }
  /** The broker has reset or refused it, and the device has not heard of that yet. */
  | { readonly kind: 'ending' }
  | { readonly kind: 'over' }

/**
 * What the peer's RST takes to a device. On the loopback it would be there between two of the writes that a board makes
 * of one packet (a millisecond each on a virtual one), and what the call raises would be chance; over a Wi-Fi a packet is
 * out before anything can come back: its round trips take 5 to 100 ms.
 */
const ROUND_TRIP = milliseconds(50)

export interface ConnectionSettings {
  /** The device's name. */
  readonly name: string
  readonly number: number
  readonly device: Socket
  /** Connecting or connected; null when the link is down and the attempt is not forwarded. */
  readonly broker: Socket | null
  readonly recorder: Recorder
  readonly clock: Clock
  readonly limits: FlowLimits
  /** A limit is passed: what is measured from now on is worth nothing. */
  readonly onLimit: (problem: Problem) => void
  /** It is a WebSocket, and `host:port` is where the broker has it; absent: TCP alone. */
  readonly websocket?: string | undefined
  /** Whether the network is up now. */
  readonly isUp: () => boolean
}

export class Connection {
  /** The device's own port; undefined when the device was gone before it could be asked for. */
  readonly devicePort: number | undefined
  /** 1 for the first of the device in the run. */
  readonly number: number
  /** Resolves when both sockets are closed. */
  readonly gone: Promise<unknown>
  /** Resolves when the broker has accepted, or when there is nothing to wait for: the link is down, the connection gone. */
  readonly through: Promise<unknown>
  readonly #settings: ConnectionSettings
  readonly #dialect = new Dialect()
  readonly #up: Flow
  readonly #down: Flow | null
  /** By where they come from; empty without WebSocket. */
  readonly #ways = new Map<LinkEnd, WebSocketLayer>()
  /** The sides that will send no more, or that there never were. */
  readonly #ended = new Set<LinkEnd>()
  #phase: Phase = { kind: 'through' }
  #reachedBroker = false
  /** Who is told to have ended it. */
  readonly #toldBy = new Set<SocketEvent['by']>()
  #late: Timer | null = null

  constructor(settings: ConnectionSettings) {
    const { device, broker } = settings
    this.#settings = settings
    this.devicePort = device.remotePort
    this.number = settings.number
    this.#up = this.#flow('device', device, broker)
    this.#down = broker === null ? null : this.#flow('broker', broker, device)
    broker?.once('connect', () => {
      this.#reachedBroker = true
    })
    this.gone = Promise.all([gone(device), broker === null ? undefined : gone(broker)])
    const accepted = new Promise<void>((resolve) => (broker === null ? resolve() : broker.once('connect', resolve)))
    this.through = Promise.race([accepted, this.gone])
  }

  /** Resolves when the device has heard of a RST that is on its way to it; null when none is. */
  get ending(): Promise<unknown> | null {
    return this.#phase.kind === 'ending' ? this.gone : null
  }

  /** Whether a FIN would still reach the other side. */
  get isThrough(): boolean {
    return this.#phase.kind === 'through'
  }

  /** What becomes of this connection when the link goes down. */
  goDown(mode: DownMode): void {
    switch (mode) {
      case 'close':
        this.#close()
        break
      case 'reset':
      case 'refuse':
        this.#endAll('reset', 'link')
        break
      case 'blackhole':
      case 'silent':
        this.#up.swallow()
        this.#down?.swallow()
        this.#late?.cancel()
        if (this.#phase.kind === 'through' || this.#phase.kind === 'ending') this.#phase = { kind: 'dead' }
        break
      default:
        unreachable(mode)
    }
  }

  /** The link is up again: what lost bytes stays dead, but where nobody is left on either side it is over. */
  comeUp(): void {
    const nobody = this.#ended.has('device') && (this.#settings.broker === null || this.#ended.has('broker'))
    if (this.#phase.kind === 'dead' && nobody) this.#endAll('closed', 'device')
  }

  vanish(how: VanishMode): void {
    if (this.#ended.has('device') || this.#phase.kind === 'closing' || this.#phase.kind === 'over') return
    this.#phase = { kind: 'vanished', how }
    this.#down?.swallow() // the way up stays open: what the device had written is on its way
  }

  /** Both directions know their own rules: each takes only its own. */
  disturb(rule: Rule): void {
    if (rule.isFor(this.#settings.number)) this.#way(rule)?.disturb(rule)
  }

  release(rule: Rule): void {
    this.#way(rule)?.release(rule)
  }

  /** False when nothing comes through to that side any more, or when there is no WebSocket yet. */
  inject(to: LinkEnd, bytes: Uint8Array, frame: FrameKind): boolean {
    const flow = to === 'broker' ? this.#up : this.#down
    const way = this.#ways.get(opposite(to))
    if (this.#phase.kind !== 'through' || flow === null || way?.isOpen === false) return false
    if (frame === 'binary' || way === undefined) return flow.inject(bytes)
    if (!flow.passes) return false
    way.sendText(bytes)
    return true
  }

  /** Both sockets are closed: whatever still waits has nowhere to go. */
  over(): void {
    this.#late?.cancel()
    this.#up.stop()
    this.#down?.stop()
  }

  /** Everything at once, even an attempt to reach the broker that is not decided yet. */
  destroy(): void {
    this.#endAll('reset', 'link')
    this.#settings.device.destroy()
    this.#settings.broker?.destroy()
  }

  #flow(side: LinkEnd, source: Socket, sink: Socket | null): Flow {
    const { recorder, clock, limits, onLimit, name: device, number: connection } = this.#settings
    const direction = side === 'device' ? 'up' : 'down'
    const way = this.#wayOf(side, source, sink)
    onEnd(source, (error) => {
      way?.end()
      this.#onEnd(side, error === null ? 'closed' : this.#howEnded(side, error))
    })
    const flow = new Flow({
      source: way ?? source,
      sink: sink === null ? null : (way ?? sinkOf(sink)),
      dialect: this.#dialect,
      from: side,
      clock,
      now: () => recorder.now(),
      limits,
      onLimit,
      record: (decoded, fate) =>
        void recorder.record({ kind: 'packet', device, direction, connection, ...this.#level(), ...decoded, ...fate }),
      recordBytes: (raw, offset, delivered) =>
        void recorder.record({ kind: 'bytes', device, direction, connection, raw, offset, delivered }),
      recordFault: (fault) => void recorder.record(fault),
      onCut: (mode) => this.#cut(mode),
      onLost: (lost) => {
        const what = `${showLost(lost)} ${direction} did not leave before the connection was over`
        recorder.record({ kind: 'fault', what, device })
      },
      onSwallowed: () => this.#onSwallowed(side),
    })
    way?.carriedBy(flow)
    return flow
  }

  /** As its CONNECT has it; 4 before. */
  get level(): number {
    return this.#dialect.level
  }

  /** What the record says of the protocol level. */
  #level(): { readonly level?: number } {
    const { level } = this.#dialect
    return level === 4 ? {} : { level }
  }

  #wayOf(from: LinkEnd, source: Socket, sink: Socket | null): WebSocketLayer | undefined {
    const { recorder, limits, onLimit, name: device, number: connection, websocket: host } = this.#settings
    if (host === undefined) return undefined
    // As with a FIN: from this side nothing more comes, and who says it first has closed the connection.
    const onClose = (detail: string): void => this.#tell('closed', from, detail)
    const onSwallowed = (): void => this.#onSwallowed(from)
    const most = limits.packet
    const onTooMuch = (): void => onLimit(tooLong('a WebSocket frame', most))
    const way = new WebSocketLayer({
      source,
      sink,
      from,
      host,
      device,
      connection,
      recorder,
      most,
      onTooMuch,
      onClose,
      onSwallowed,
    })
    this.#ways.set(from, way)
    return way
  }

  #howEnded(side: LinkEnd, error: NodeJS.ErrnoException): SocketChange {
    if (error.code === 'ETIMEDOUT') return 'timeout'
    // A broker that resets at once can be heard of before the connection is.
    return side === 'device' || this.#reachedBroker || error.code === 'ECONNRESET' ? 'reset' : 'refused'
  }

  #onEnd(side: LinkEnd, change: SocketChange): void {
    this.#ended.add(side)
    const phase = this.#phase
    switch (phase.kind) {
      case 'through':
        if (change === 'closed') this.#passFin(side)
        else if (side === 'broker') this.#endLater(change)
        else this.#endAll(change, side)
        break
      case 'ending':
        if (side === 'device') this.#endAll(change, side)
        break
      case 'dead':
        if (this.#settings.isUp()) this.#endAll(change, side)
        // Behind a blackhole nobody hears that the broker has closed, then or later.
        else this.#endWay(side, side === 'device' ? change : null)
        break
      case 'vanished':
        if (side === 'broker') this.#endAll(change, side)
        else this.#endWay(side, null)
        break
      case 'closing':
        this.#endWay(side, null)
        break
      case 'over':
        break
      default:
        unreachable(phase)
    }
  }

  #passFin(side: LinkEnd): void {
    // A broker that closes gets no more of what the device has begun, whatever it still reads.
    if (side === 'broker') this.#up.tellUnfinished()
    this.#endWay(side, 'closed', () => finish(this.#socket(opposite(side)))) // the end comes after what is late
  }

  /** No more bytes from this side. A `change` is told; what is unfinished in the stream is recorded before it. */
  #endWay(side: LinkEnd, change: SocketChange | null, fin: () => void = () => {}): void {
    const flow = side === 'device' ? this.#up : this.#down
    flow?.end(fin)
    if (change !== null) this.#tell(change, side)
    if (this.#phase.kind === 'vanished') this.#settings.device.destroy()
  }

  #onSwallowed(side: LinkEnd): void {
    const phase = this.#phase
    if (phase.kind === 'closing') this.#answerByReset(side)
    if (!this.#settings.isUp()) return
    // The other side's stack has forgotten this connection, and answers what comes for it with RST.
    if (phase.kind === 'vanished' && phase.how === 'reset' && side === 'broker') this.#endAll('reset', 'device')
    if (phase.kind === 'dead' && this.#ended.has(opposite(side))) this.#endAll('reset', opposite(side))
  }

  #cut(mode: CutMode): void {
    if (mode === 'close') return this.#close()
    this.#up.swallow()
    this.#down?.swallow()
    afterReads(() => this.#endAll('reset', 'link'))
  }

  #way(rule: Rule): Flow | null {
    return rule.settings.direction === 'up' ? this.#up : this.#down
  }

  #close(): void {
    const { device, broker } = this.#settings
    if (this.#phase.kind === 'over') return
    this.#up.swallow()
    this.#down?.swallow()
    this.#tell('closed', 'link')
    if (this.#phase.kind === 'vanished') device.destroy()
    this.#phase = { kind: 'closing' }
    finish(device)
    finish(broker)
  }

  /** The broker has ended it by RST, or was not there. */
  #endLater(change: SocketChange): void {
    this.#phase = { kind: 'ending' }
    this.#up.tellUnfinished()
    this.#down?.tellUnfinished()
    this.#up.swallow()
    this.#down?.swallow()
    this.#tell(change, 'broker')
    this.#inARoundTrip(() => this.#endAll(change, 'broker'))
  }

  #answerByReset(side: LinkEnd): void {
    if (side === 'broker') reset(this.#settings.broker)
    else if (this.#late === null) this.#inARoundTrip(() => reset(this.#settings.device))
  }

  #inARoundTrip(then: () => void): void {
    const { clock } = this.#settings
    this.#late = clock.at(after(clock.now(), ROUND_TRIP), then)
  }

  /** Both sides get RST, except one that is gone already. */
  #endAll(change: SocketChange, by: SocketEvent['by']): void {
    if (this.#phase.kind === 'over') return
    this.#phase = { kind: 'over' }
    this.#late?.cancel()
    this.over()
    this.#up.end()
    this.#down?.end()
    this.#tell(change, by)
    reset(this.#settings.device)
    reset(this.#settings.broker)
  }

  /** The first end counts. After a FIN the other side may still end its half: by FIN, or by RST, which is an end of its own. */
  #tell(change: SocketChange, by: SocketEvent['by'], detail?: string): void {
    const isFirst = this.#toldBy.size === 0
    if (!isFirst && (by === 'link' || this.#toldBy.has(by) || this.#toldBy.has('link'))) return
    this.#toldBy.add(by)
    this.#record(isFirst || change !== 'closed' ? change : 'both-closed', by, detail)
  }

  #record(change: SocketChange, by: SocketEvent['by'], detail?: string): void {
    const { recorder, name: device, number: connection } = this.#settings
    recorder.record({ kind: 'socket', device, change, by, connection, ...(detail === undefined ? {} : { detail }) })
  }

  #socket(side: LinkEnd): Socket | null {
    return side === 'device' ? this.#settings.device : this.#settings.broker
  }
}

const counted = (count: number, what: string): readonly string[] =>
  count === 0 ? [] : [`${count} ${what}${count === 1 ? '' : 's'}`]

const showLost = ({ packets, frames }: Lost): string =>
  [...counted(packets, 'packet'), ...counted(frames, 'frame')].join(' and ')

const opposite = (side: LinkEnd): LinkEnd => (side === 'device' ? 'broker' : 'device')
