// What a link can be told and asked. A link that is `down` still has connections: which of them
// live on, and what a new attempt meets, is what the mode says.

import type { Clock, Problem } from '../../emulators/index.ts'
import type { Recorder } from '../evidence/index.ts'
import type { FlowLimits } from './flow.ts'
import type { RuleSettings } from './rule.ts'

/**
 * `close`: FIN to both sides, new attempts are accepted and closed.
 * `reset`: RST to both sides, new attempts are accepted and reset.
 * `refuse`: RST to both sides, the port is closed.
 * `blackhole`: bytes vanish and nobody is told; new attempts hang (see `Link.admits`).
 * `silent`: as blackhole, but new attempts are accepted, and never answered.
 */
export type DownMode = 'close' | 'reset' | 'refuse' | 'blackhole' | 'silent'

/** Whether a link is up, and how it is down when not. */
export type LinkState = { readonly kind: 'up' } | { readonly kind: 'down'; readonly mode: DownMode }

export const isUp = (state: LinkState): boolean => state.kind === 'up'

/** The two ends of a link. */
export type LinkEnd = 'device' | 'broker'

/** What kind of frame, where there are frames. */
export type FrameKind = 'binary' | 'text'

export interface InjectOptions {
  /** Over WebSocket; default: binary. */
  readonly frame?: FrameKind | undefined
  /** 1 for the device's first; default: the newest that can take it. */
  readonly connection?: number | undefined
}

/** `power`: the device is off, nothing answers. `reset`: it rebooted, its stack answers RST. */
export type VanishMode = 'power' | 'reset'

/** Where the broker is. */
export interface Upstream {
  readonly host: string
  readonly port: number
  /** Absent: plain TCP. PEM texts; without `ca` what Node trusts is trusted. */
  readonly tls?:
    | {
        readonly ca?: string | undefined
        readonly cert?: string | undefined
        readonly key?: string | undefined
        readonly serverName?: string | undefined
        /** Any certificate will do. */
        readonly insecure?: boolean | undefined
      }
    | undefined
}

/** How a link shows itself to a device that speaks TLS; PEM texts. */
export interface LinkTls {
  readonly cert: string
  readonly key: string
  /** The device must show a certificate of this authority. */
  readonly clientCa?: string | undefined
  /** Protocols by ALPN: a device that offers others is refused, one that offers none is not. */
  readonly alpn?: readonly string[] | undefined
}

/** Whose link it is, where it leads, and what it records into. */
export interface LinkSettings {
  /** The device's name in every event. */
  readonly device: string
  /** Where the device connects to; default 127.0.0.1. */
  readonly host?: string | undefined
  /** The address where it listens; default: `host`. */
  readonly listensAt?: string | undefined
  /** Addresses that may connect, besides those of this machine; default: all. */
  readonly from?: readonly string[] | undefined
  /** Where it listens; default: any port that is free. */
  readonly port?: number | undefined
  /** Where the broker is; asked anew for every connection. */
  readonly upstream: () => Upstream
  /** The device speaks TLS to the link; absent: it does not. */
  readonly tls?: LinkTls | undefined
  /** The device speaks WebSocket, and so does the broker; default: false. */
  readonly websocket?: boolean | undefined
  readonly recorder: Recorder
  /** How much it may hold in memory; default: `DEFAULT_LINK_LIMITS`. */
  readonly limits?: FlowLimits | undefined
  /** A limit was passed. The link goes on, but what it records from now on is not whole. Called once. */
  readonly onLimit?: ((problem: Problem) => void) | undefined
  /** For disturbances that take time; default: the machine's. */
  readonly clock?: Clock | undefined
  /**
   * How `refuse` refuses. False (default): the port is closed and the kernel answers, which the link cannot
   * see, so the device has to say so itself. True: accept and RST at once, recorded as `refused` by the link;
   * for real boards and processes, which tell nobody.
   */
  readonly refusesByReset?: boolean | undefined
}

/** A port between a device and a broker, which records what passes and can be disturbed. It ends with `await using`. */
export interface Link extends AsyncDisposable {
  readonly host: string
  /** The same for the link's whole life. */
  readonly port: number
  readonly state: LinkState
  /** Resolves when the listener is in that state. Throws Problem `link/port-lost` when somebody took the port. */
  set(state: LinkState): Promise<void>
  /**
   * To ask before connecting: a blackhole drops SYNs, which a program without root cannot do, so an
   * emulated device's network waits here instead. Resolves when the blackhole is over; then ask again.
   */
  admits(): 'now' | Promise<void>
  /**
   * Resolves when what the device writes on this connection reaches the broker at once, and not in one piece with
   * what it writes next; or when the link is down, or the connection has ended.
   * @param devicePort the local port of the device's socket
   */
  through(devicePort: number): Promise<unknown>
  /**
   * The broker has reset the connection from this port, and the device has not heard of it: resolves when it has. Null
   * when no matching event is on its way.
   */
  ending(devicePort: number): Promise<unknown> | null
  /**
   * The device's TCP state is gone, without a FIN: to be called before its socket is destroyed. What it had
   * written still arrives at the broker; its end does not.
   * @param devicePort the local port of the device's socket
   */
  vanish(devicePort: number, how: VanishMode): void
  /**
   * Begins a disturbance; several at once work in the order in which they began. Throws Problem `link/no-connection`
   * when it is for this connection and there is none, `link/disturbance-twice` when one of this id is at work.
   */
  disturb(disturbance: RuleSettings): void
  /** Ends it; what it holds goes on, in order. False when there is none of this id. */
  release(id: string): boolean
  /** Resolves when the disturbance holds so many packets at once; null when there is none of this id. */
  holding(id: string, count: number): Promise<void> | null
  /** The protocol level of this connection, or of the newest that is open; 4 before its CONNECT. */
  level(connection?: number): number
  /**
   * Sends bytes of the link's own, between two packets, before all that a disturbance delays; on the newest connection
   * on which something can still be sent to that end, or on the one of this number.
   * Throws Problem `device/not-connected`, and `device/no-frames` for a text frame without WebSocket.
   */
  inject(to: LinkEnd, bytes: Uint8Array, options?: InjectOptions): void
}
