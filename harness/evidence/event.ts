// The record of a run: one event a fact, in order. Events are plain data: what is written to
// timeline.ndjson and read back is judged to the same verdicts.

import type { Instant, Packet, Properties } from '../../emulators/index.ts'

/** `up` = device to broker, `down` = broker to device. */
export type Direction = 'up' | 'down'

/** A packet on a link, whole, decoded. */
export interface PacketEvent {
  readonly kind: 'packet'
  readonly device: string
  readonly direction: Direction
  /** 1 for the device's first TCP connection of the run, then 2, 3, … */
  readonly connection: number
  readonly packet: Packet
  /** The packet's own bytes. */
  readonly raw: Uint8Array
  /** Protocol level of the connection, as its CONNECT has it: 3 is MQTT 3.1, 5 is 5.0; absent: 4, MQTT 3.1.1. */
  readonly level?: number | undefined
  /** Where its first byte stood in this direction's stream of this connection, at `end`, else where it came in. */
  readonly offset: number
  /** When its first byte came to the link, where that was more than 1 ms before `at`, which is that of its last. */
  readonly begunAt?: Instant | undefined
  /** False when the link took the bytes and did not pass them on (blackhole, silent, a packet that is dropped). */
  readonly delivered: boolean
  /**
   * Which end of the link saw it. Absent: both ends saw the same. A packet that a disturbance hit, or that waited
   * behind one, has an event where it arrived and another where it left, if it did.
   */
  readonly end?: 'device' | 'broker' | undefined
  /** A disturbance keeps it for later: it has not gone on, and may never do. */
  readonly held?: true | undefined
  /** `link`: no peer sent it, the link made it up or repeated it. */
  readonly by?: 'link' | undefined
}

/**
 * `secured`, `handshake-failed`: what became of TLS on a connection. `closed`, `reset`: how it ended, told once; only a
 * RST of the side that is still open after the other's FIN is told, too. `both-closed`: the FIN of that side.
 */
export type SocketChange =
  | 'connecting'
  | 'connected'
  | 'secured'
  | 'handshake-failed'
  | 'refused'
  | 'closed'
  | 'both-closed'
  | 'reset'
  | 'timeout'

/** A change of a connection of a device. */
export interface SocketEvent {
  readonly kind: 'socket'
  readonly device: string
  readonly change: SocketChange
  /** Who caused it. */
  readonly by: 'device' | 'broker' | 'link'
  /** The connection's number; absent when there never was one (refused, timeout). */
  readonly connection?: number | undefined
  /** Of TLS: protocol and cipher, or why the handshake failed. Of a WebSocket that is closed: by which frame. */
  readonly detail?: string | undefined
  /** Of TLS: the name that the device asked for (SNI); empty when it named none. */
  readonly serverName?: string | undefined
  /** Of a connection that was accepted: where its two ends are. */
  readonly ends?: { readonly device: SocketEnd; readonly link: SocketEnd } | undefined
}

/** One half of the handshake that makes a WebSocket of a connection: `up` the request, `down` its answer. */
export interface UpgradeEvent {
  readonly kind: 'upgrade'
  readonly device: string
  readonly direction: Direction
  readonly connection: number
  /** What the request offers; what the answer names. */
  readonly subprotocols: readonly string[]
  /** Of the request. */
  readonly path?: string | undefined
  /** Of the answer; 101 when there is a WebSocket now. */
  readonly status?: number | undefined
}

/** A WebSocket frame. MQTT packets are in the payloads of binary ones, wherever frames begin and end. */
export interface FrameEvent {
  readonly kind: 'frame'
  readonly device: string
  readonly direction: Direction
  readonly connection: number
  readonly opcode: 'continuation' | 'text' | 'binary' | 'close' | 'ping' | 'pong' | 'reserved'
  /** FIN: the last frame of its message, and mostly its only one. */
  readonly final: boolean
  /** Of the payload, bytes. */
  readonly length: number
  /** Of close: its status code. */
  readonly code?: number | undefined
  /** False when the link took it and did not pass it on. */
  readonly delivered: boolean
  /** `link`: no peer sent it. The link makes new frames of packets that a disturbance hit. */
  readonly by?: 'link' | undefined
}

/** Bytes of a stream that cannot be cut into packets any more: they belong to none. */
export interface BytesEvent {
  readonly kind: 'bytes'
  readonly device: string
  readonly direction: Direction
  readonly connection: number
  readonly raw: Uint8Array
  /** Where the first one stood in the stream as it came in. */
  readonly offset: number
  readonly delivered: boolean
}

export interface SocketEnd {
  readonly address: string
  readonly port: number
}

/** A library call on a device, asked for by a step. */
export interface CallEvent {
  readonly kind: 'call'
  readonly device: string
  /** The step's id when it has one, else its path. */
  readonly id: string
  readonly method: string
  /** `running`: its time was up and it had not ended; `detail` says where it hangs. `lost`: reset or power loss. */
  readonly state: 'started' | 'returned' | 'raised' | 'running' | 'lost'
  readonly detail?: string | undefined
  readonly value?: PlainValue | undefined
  readonly error?: { readonly type: string; readonly args: readonly PlainValue[] } | undefined
}

export interface SerialEvent {
  readonly kind: 'serial'
  readonly device: string
  /** As it came, escape sequences included; without its end. */
  readonly line: string
  readonly stream: 'out' | 'err' | 'in'
  /** It had no end yet and the console was quiet, as after a prompt. */
  readonly unfinished?: true | undefined
  /** As much of this line as the event before told as unfinished. */
  readonly seen?: string | undefined
  /** For claims: the message in the line, where the device's `console: { prefix }` says what stands before it. */
  readonly message?: string | undefined
  /** `console: { strip: none }`: claims compare the line as it came. */
  readonly exact?: true | undefined
}

export interface SignalEvent {
  readonly kind: 'signal'
  readonly device: string
  /** The signal's name in the scenario; `pin N` for a pin that none names. */
  readonly signal: string
  readonly value: number
  /** `device`: the program wrote it; `harness`: a drive step did. */
  readonly by: 'device' | 'harness'
}

/** An application message, as the observer (the harness's own MQTT client) received it. */
export interface MessageEvent {
  readonly kind: 'message'
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: number
  readonly retain: boolean
  readonly dup: boolean
  /** Where the observer speaks MQTT 5. */
  readonly properties?: Properties | undefined
}

/**
 * Faults that something depends on. `time-up` = the scenario's time limit was reached; `stopped` = the run was stopped from
 * outside, and what is still open stays undecided; `not-evaluated` = a pattern took too long, and the run is inconclusive;
 * `broker` = a step stops or starts the broker.
 */
export const FAULT_CODES = ['time-up', 'stopped', 'not-evaluated', 'broker'] as const
export type FaultCode = (typeof FAULT_CODES)[number]

/** Something the harness did to the world on purpose: network state, power, a broker action, a disturbance. */
export interface FaultEvent {
  readonly kind: 'fault'
  /** For people; whoever acts on a fault asks for its code. */
  readonly what: string
  readonly code?: FaultCode | undefined
  readonly device?: string | undefined
  /** The disturbance's id: it started, hit a packet, or ended. */
  readonly disturbance?: string | undefined
}

/**
 * What becomes of a device. `crashed` = an exception left its program; `away` = its port went away and may come back;
 * `lost` = the board went away for good; `restarted` = it started again, and nobody had asked for that.
 */
export const DEVICE_CHANGES = [
  'boot',
  'reset',
  'off',
  'ended',
  'crashed',
  'away',
  'lost',
  'restarted',
  'flashed',
  'erased',
  'backtrace',
] as const
export type DeviceChange = (typeof DEVICE_CHANGES)[number]

/** Why a board started again. `software`: its own program asked for it; `sleep`: it woke up. */
export const RESTART_CAUSES = ['power', 'brownout', 'panic', 'watchdog', 'software', 'sleep', 'unknown'] as const
export type RestartCause = (typeof RESTART_CAUSES)[number]

/** A device's own life. */
export interface DeviceEvent {
  readonly kind: 'device'
  readonly device: string
  readonly change: DeviceChange
  /** Of `flashed`: which image. Of `backtrace`: the frames of a crash, a line each, innermost first. */
  readonly detail?: string | undefined
  /** Of `restarted`: why, as far as the board says. */
  readonly cause?: RestartCause | undefined
  /** Of `restarted`: what it did: a program of its own, or what the steps said. */
  readonly as?: 'program' | 'puppet' | undefined
}

export interface ExitEvent {
  readonly kind: 'exit'
  readonly device: string
  /** Exit code; null when a signal ended it. */
  readonly code: number | null
  readonly signal: string | null
}

export interface BrokerEvent {
  readonly kind: 'broker'
  readonly change: 'started' | 'stopped' | 'killed' | 'died'
  readonly detail?: string | undefined
}

/** A packet that breaks a statement of MQTT, by the level of its connection, found by the lints whatever the scenario claims. */
export interface ViolationEvent {
  readonly kind: 'violation'
  /** On whose link. */
  readonly device: string
  /** Who sent the packet. */
  readonly by: 'device' | 'broker'
  /** `MQTT-2.3.1-1`. */
  readonly statement: string
  readonly what: string
  /** `seq` of the packet, or of the end of the connection. */
  readonly of: number
}

export interface StepEvent {
  readonly kind: 'step'
  /** The step's path in the plan with its repetition numbers: `2`, `4.0`, `5#3.1`. */
  readonly step: string
  readonly phase: 'started' | 'ended'
  /** Only at the end. */
  readonly outcome?: 'passed' | 'failed' | 'inconclusive' | 'skipped' | undefined
  /** Why an action could not be done. */
  readonly detail?: string | undefined
}

/** How a group of the fleet stands, told several times a second. The states add up to `devices`. */
export interface FleetEvent {
  readonly kind: 'fleet'
  readonly group: string
  readonly devices: number
  /** CONNACK received, connection open. */
  readonly connected: number
  /** On the way: waiting for their turn, for the broker, or for their next attempt. */
  readonly connecting: number
  /** Lost their connections and do not try to connect: some programs do not notice. Absent in older records. */
  readonly disconnected?: number | undefined
  /** Not yet begun, or switched off. */
  readonly off: number
  /** Their programs have ended. */
  readonly ended: number
  /** Connected again after a connection was lost, counted since the start. */
  readonly reconnects: number
}

/** The harness's event loop stood still for `stalled` ms until `at`. */
export interface LagEvent {
  readonly kind: 'lag'
  readonly stalled: number
}

export type Fact =
  | PacketEvent
  | SocketEvent
  | UpgradeEvent
  | FrameEvent
  | BytesEvent
  | CallEvent
  | SerialEvent
  | SignalEvent
  | MessageEvent
  | FaultEvent
  | DeviceEvent
  | ExitEvent
  | BrokerEvent
  | ViolationEvent
  | StepEvent
  | FleetEvent
  | LagEvent

export type FactKind = Fact['kind']

/** When a fact was recorded. `lag` (ms) bounds how much earlier it may have happened; absent = under 1 ms. */
export interface Timestamp {
  readonly at: Instant
  readonly seq: number
  readonly lag?: number | undefined
}

/** A fact of the record with the time at which it was recorded; `kind` says which. */
export type Event = Fact & Timestamp

/** JSON values, and bytes. */
export type PlainValue = string | number | boolean | null | Uint8Array | readonly PlainValue[]

/** What the parts that touch the world write to. */
export interface Recorder {
  now(): Instant
  record(fact: Fact): Event
}
