// What a step may ask of a device, whatever it is: emulated, a process, later a board. Calls do
// not return their outcome here: it is an event, because the judge must see it too.

import type { Duration, Problem, PyValue, Trust } from '../../emulators/index.ts'
import type { PacketFields, SentProperties } from '../packets/index.ts'
import type { BoardFiles } from './board/board-files.ts'
import type { Eol } from './console/settings.ts'
import type { Cut, Split } from './raw/segments.ts'

/** `binary`, `text`: each segment in a frame of its own. `fragmented`: one binary message, a frame for each segment. */
export type FrameForm = 'binary' | 'text' | 'fragmented'

/** What a call says in MQTT 5 alone. */
export interface Said5 {
  readonly properties?: SentProperties | undefined
}

/** A client call in general words; each client says it in its library's own. */
export type GeneralCall =
  | ({ readonly verb: 'connect'; readonly clean: boolean | undefined } & Said5)
  | ({
      readonly verb: 'publish'
      readonly topic: string
      readonly payload: Uint8Array
      readonly qos: number | undefined
      readonly retain: boolean | undefined
    } & Said5)
  | ({
      readonly verb: 'subscribe'
      readonly topics: readonly string[]
      readonly qos: number | undefined
      /** The options are of MQTT 5, for all filters. */
      readonly noLocal?: boolean | undefined
      readonly retainAsPublished?: boolean | undefined
      readonly retainHandling?: number | undefined
    } & Said5)
  | ({ readonly verb: 'unsubscribe'; readonly topics: readonly string[] } & Said5)
  | ({ readonly verb: 'disconnect'; readonly reasonCode?: number | undefined } & Said5)
  | ({ readonly verb: 'auth'; readonly reasonCode: number } & Said5)
  | { readonly verb: 'ping' | 'check' | 'wait' }
  | { readonly verb: 'loop'; readonly timeout: Duration | undefined }
  | {
      readonly verb: 'send'
      /** Packets by their fields, or bytes as they are. */
      readonly packets: readonly (PacketFields | Uint8Array)[]
      readonly cut: Cut
      readonly split: Split
      /** Over WebSocket: what becomes of the segments; default: binary. */
      readonly frame?: FrameForm | undefined
    }
  /** For boards. */
  | { readonly verb: 'exec'; readonly code: string }
  | { readonly verb: 'upload'; readonly files: BoardFiles }
  | {
      readonly verb: 'call'
      readonly method: string
      readonly args: readonly PyValue[]
      readonly kwargs: Readonly<Record<string, PyValue>>
    }

export interface Device extends AsyncDisposable {
  readonly name: string
  readonly running: boolean
  /** Power on. Does nothing when it is on. */
  boot(): Promise<void>
  /** Starts a call; its outcome is recorded as a `call` event with this id. Throws a Problem when it cannot. */
  call(id: string, call: GeneralCall): void
  /** Where a call hangs now: `read(1) for 4.9s`; null when nothing is pending. */
  hanging(): string | null
  /** Restart as by the reset button: memory and TCP state are gone, no packet is sent. */
  reset(): Promise<void>
  /** Power loss: gone without a byte. */
  powerOff(): Promise<void>
  /** Sets the level of an input pin from outside. */
  drive(signal: string, level: 0 | 1): void
  /** Its Wi-Fi is lost, for a time or until it is up again. Absent: it has none here. */
  wifi?(state: 'lost' | 'up', time?: Duration): void
  /** Writes this image on its flash (null: its own), and starts it. Absent: it has none that can be written. */
  flash?(image: string | null): Promise<void>
  /** Erases its flash; absent: it has none. */
  erase?(): Promise<void>
  /** Which board it is, as far as it is known: label, port, id, chip, firmware. Absent: it is none. */
  identity?(): Readonly<Record<string, string>>
  /** Why nothing can be known of it just now, as a port that went away; null: it is there. Absent: it cannot go. */
  away?(): Problem | null
  /** The level that stands for pressed. */
  activeLevel(signal: string): 0 | 1
  /** Resolves when its console has said nothing for a moment, or says too much; absent: what it says is told at once. */
  consoleQuiet?(): Promise<void>
  /** Types a line at the serial console or standard input, with this end (default: the device's own); or bytes. */
  send(line: string | Uint8Array, eol?: Eol): void
}

/** The words of a link, without its room. */
export type LinkState =
  | { readonly kind: 'up' }
  | { readonly kind: 'down'; readonly mode: 'close' | 'reset' | 'refuse' | 'blackhole' | 'silent' }

/** What a device finds at its link beside an address. */
export interface Provisions {
  /** The device is to speak TLS to its link; absent: it is not. PEM texts, and for programs the files with them. */
  readonly tls?: { readonly trust: Trust; readonly files: TlsFiles } | undefined
  /** The device is to speak WebSocket to its link, and to ask for this path. */
  readonly websocket?: { readonly path: string } | undefined
  /** For a device that brings none of its own. */
  readonly credentials?: { readonly username: string; readonly password?: string | undefined } | undefined
}

export interface TlsFiles {
  readonly cafile: string
  readonly cert?: string | undefined
  readonly key?: string | undefined
}

/** Where a device finds the broker; its link gives this. */
export interface Attachment extends Provisions {
  /** What the device is told, a name where certificates are for names. */
  readonly host: string
  /** Where the connections of an emulated device go; default: the host. */
  readonly address?: string | undefined
  readonly port: number
  /** `now`, or when a connection attempt may go on (a blackhole swallows it until then). */
  admits(): 'now' | Promise<void>
  /** Resolves when the device's connection from this port has reached the broker, or never will. */
  through(devicePort: number): Promise<unknown>
  /** Resolves when the device has been told of a RST of the broker that is on its way to this port; null: none is. */
  ending(devicePort: number): Promise<unknown> | null
  /** The device's end of this TCP connection is gone without a FIN. */
  vanish(devicePort: number, how: 'power' | 'reset'): void
  readonly state: LinkState
  set(state: LinkState): Promise<void>
}
