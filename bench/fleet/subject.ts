// What the fleet is measured against, and the fleet itself, each in a process of its own: clients that
// connect, publish, and receive. `bare` is Node's `net` with all the tricks that make it cheap.

export interface Subject {
  /** Connects so many clients, at most 64 at a time; resolves when the last has its CONNACK. */
  connect(count: number): Promise<void>
  /** Publishes once as client k; at QoS 1 `acked` follows. */
  publish(k: number): void
  /** Set before `connect`: every PUBACK. */
  onAck: () => void
  /** Set before `connect`: every message that the subscriber (client 0) receives, with the intended time (ms). */
  onMessage: (intended: number) => void
  /** Bytes that wait in this process. */
  backlog(k: number): number
  /** Runs `publish` at the times that `due` gives, as exactly as this kind of client does it. */
  schedule(next: () => number, fire: (due: number) => void): void
}

export interface SubjectOptions {
  readonly port: number
  readonly qos: 0 | 1
  readonly size: number
  /** The fleet's library. */
  readonly client: string
  /** Client 0 subscribes to what client 1 publishes. */
  readonly latency: boolean
}

export const TOPIC = 'bench/fleet'
export const WINDOW = 64

/** A payload that begins with the time for which it was meant. */
export function payload(size: number, intended: number): Buffer {
  const bytes = Buffer.alloc(size, 0x2e)
  if (size >= 8) bytes.writeDoubleBE(intended, 0)
  return bytes
}
