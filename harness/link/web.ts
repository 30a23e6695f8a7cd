// One direction of a WebSocket through a link, which shows a flow the bytes of MQTT in it and nothing else. What the
// flow passes on as it came goes on in the very frame that it came in; what it makes anew goes in a frame of its own.

import type { Socket } from 'node:net'
import type { Direction, FrameEvent, Recorder, UpgradeEvent } from '../evidence/index.ts'
import {
  closeCode,
  type Frame,
  FrameDecoder,
  frameBytes,
  type Head,
  HeadReader,
  headBytes,
  isControl,
  type Opcode,
  pathOf,
  statusOf,
  subprotocolsOf,
  withHeader,
} from '../websocket/index.ts'
import type { ByteSink, ByteSource, Flow } from './flow.ts'
import { assemble, type FrameSlice, type StreamFrame, type Written } from './frame-slices.ts'
import type { LinkEnd } from './state.ts'

type Upgrade = Pick<UpgradeEvent, 'subprotocols' | 'path' | 'status'>
type FrameFacts = Pick<FrameEvent, 'opcode' | 'final' | 'length' | 'code' | 'delivered' | 'by'>

export interface WebSocketLayerSettings {
  readonly source: Socket
  readonly sink: Socket | null
  /** Where the source is. */
  readonly from: LinkEnd
  /** `host:port` of the broker: what a request asks for in place of the link. */
  readonly host: string
  /** The device's name. */
  readonly device: string
  readonly connection: number
  readonly recorder: Recorder
  /** Bytes of one frame that may be held, and what to do when they are more. */
  readonly most: number
  readonly onTooMuch: () => void
  /** The sender will send no more; `close frame 1000`. */
  readonly onClose: (detail: string) => void
  /** After bytes that were not passed on. */
  readonly onSwallowed: () => void
}

const SWITCHING = 101

type Phase =
  | { readonly kind: 'head'; readonly reader: HeadReader }
  | { readonly kind: 'frames'; readonly decoder: FrameDecoder }
  /** Whatever it is, it is no WebSocket: bytes go on as they come. */
  | { readonly kind: 'unknown' }

export class WebSocketLayer implements ByteSource, ByteSink {
  readonly #settings: WebSocketLayerSettings
  #phase: Phase = { kind: 'head', reader: new HeadReader() }
  #flow: Flow | null = null
  #take: (bytes: Buffer, frame?: StreamFrame) => void = () => {}
  /** What the flow has written and what has not left. */
  readonly #writes: Written[] = []
  /** What continuation frames go on with, as they come in. */
  #message: Opcode = 'binary'
  /** The receiver has a message whose last frame it has not. */
  #unfinished = false
  /** Text frames of the link's own that wait for the end of such a message. */
  readonly #afterMessage: (() => void)[] = []

  constructor(settings: WebSocketLayerSettings) {
    this.#settings = settings
  }

  /** From now on that flow is asked what passes. */
  carriedBy(flow: Flow): void {
    this.#flow = flow
    this.#settings.source.on('data', (chunk: Buffer) => this.#read(chunk))
  }

  /** There is a WebSocket, in this direction at least. */
  get isOpen(): boolean {
    return this.#phase.kind === 'frames'
  }

  /** A text frame of the link's own; it goes out before all that waits, and not into the middle of a message. */
  sendText(payload: Uint8Array): void {
    const send = (): void => {
      this.flush()
      if (this.#unfinished) {
        this.#afterMessage.push(send)
        return
      }
      const delivered = this.#passes
      this.#tellFrame({ opcode: 'text', final: true, length: payload.length, delivered, by: 'link' })
      if (delivered) this.#forward(this.#made('text', payload, true))
    }
    this.#flow?.beside(send, true)
  }

  /** No more bytes come: those of a frame that is not complete go on. */
  end(): void {
    const phase = this.#phase
    const rest =
      phase.kind === 'frames' ? phase.decoder.rest() : phase.kind === 'head' ? phase.reader.bytes : new Uint8Array()
    this.#phase = { kind: 'unknown' }
    this.#flow?.letGo()
    if (rest.length > 0 && this.#passes) this.#beside(() => this.#forward(rest))
  }

  /** The connection is over; how many frames of the link's own have not left. */
  discard(): number {
    return this.#afterMessage.splice(0).length
  }

  // As the flow's source.

  on(event: 'data' | 'drain', heard: (bytes: Buffer, frame?: StreamFrame) => void): void {
    if (event === 'data') this.#take = heard
    else this.#settings.sink?.on('drain', heard as () => void)
  }

  pause(): void {
    this.#settings.source.pause()
  }

  resume(): void {
    this.#settings.source.resume()
  }

  // As its sink.

  get writable(): boolean {
    return this.#settings.sink?.writable === true
  }

  get isFull(): boolean {
    return this.#settings.sink?.writableNeedDrain === true
  }

  write(bytes: Uint8Array, frames: readonly FrameSlice[] | null): void {
    this.#writes.push({ bytes, frames })
  }

  flush(): void {
    const { sink } = this.#settings
    for (const one of assemble(this.#writes.splice(0))) {
      if (!(one instanceof Uint8Array)) {
        sink!.write(this.#untouched(one))
        continue
      }
      this.#tellFrame({ opcode: 'binary', final: true, length: one.length, delivered: true, by: 'link' })
      sink!.write(this.#made('binary', one, true))
    }
    if (!this.#unfinished) for (const send of this.#afterMessage.splice(0)) send()
  }

  get #about(): { readonly device: string; readonly connection: number; readonly direction: Direction } {
    const { device, connection, from } = this.#settings
    return { device, connection, direction: from === 'device' ? 'up' : 'down' }
  }

  #tellUpgrade(upgrade: Upgrade): void {
    this.#settings.recorder.record({ kind: 'upgrade', ...this.#about, ...upgrade })
  }

  #tellFrame(frame: FrameFacts): void {
    this.#settings.recorder.record({ kind: 'frame', ...this.#about, ...frame })
  }

  get #passes(): boolean {
    return this.#flow?.passes === true
  }

  #read(chunk: Buffer): void {
    const phase = this.#phase
    switch (phase.kind) {
      case 'head':
        return this.#head(phase.reader, chunk)
      case 'frames':
        for (const frame of phase.decoder.push(chunk)) this.#frame(frame)
        if (phase.decoder.pending > this.#settings.most) this.#settings.onTooMuch()
        if (phase.decoder.lost) this.#giveUp(phase.decoder.rest())
        return
      case 'unknown':
        return this.#pass(chunk)
    }
  }

  #head(reader: HeadReader, chunk: Buffer): void {
    const read = reader.push(chunk)
    if (read === null) return
    if (read === 'none') return this.#giveUp(reader.bytes)
    const { head, behind } = read
    const isRequest = this.#settings.from === 'device'
    const subprotocols = subprotocolsOf(head)
    const status = statusOf(head)
    this.#tellUpgrade(isRequest ? { subprotocols, path: pathOf(head) } : { subprotocols, status })
    this.#pass(isRequest ? headBytes(this.#forBroker(head)) : headBytes(head))
    if (!isRequest && status !== SWITCHING) return this.#giveUp(behind)
    this.#phase = { kind: 'frames', decoder: new FrameDecoder() }
    if (behind.length > 0) this.#read(Buffer.from(behind))
  }

  /** Nothing is to be compressed, or packets could not be seen; and the broker is asked for by its own name. */
  #forBroker(request: Head): Head {
    return withHeader(withHeader(request, 'sec-websocket-extensions', null), 'host', this.#settings.host)
  }

  #frame(frame: Frame): void {
    const { opcode, final, payload, raw } = frame
    const code = closeCode(frame)
    const tell = (delivered: boolean): void =>
      this.#tellFrame({ opcode, final, length: payload.length, code, delivered })
    if (!isControl(frame) && opcode !== 'continuation') this.#message = opcode
    if (!isControl(frame) && this.#message === 'binary' && payload.length > 0) {
      this.#take(payload as Buffer, { ...frame, decided: tellWhenDecided(payload.length, tell) })
      return
    }
    if (opcode === 'close') this.#flow?.letGo()
    const delivered = this.#passes
    tell(delivered)
    if (opcode === 'close' && delivered)
      this.#settings.onClose(code === undefined ? 'close frame' : `close frame ${code}`)
    if (!delivered) this.#settings.onSwallowed()
    else
      this.#beside(() => this.#forward(this.#message === 'binary' && !isControl(frame) ? this.#untouched(frame) : raw))
  }

  /** The frame as it came, unless the link has ended or begun the message that it is a part of. */
  #untouched(frame: Frame): Uint8Array {
    const { opcode, final, payload, raw } = frame
    if ((opcode === 'continuation') !== this.#unfinished) return this.#made('binary', payload, final)
    this.#unfinished = !final
    return raw
  }

  #made(opcode: 'text' | 'binary', payload: Uint8Array, final: boolean): Uint8Array {
    const continued = this.#unfinished
    this.#unfinished = !final
    return frameBytes(continued ? 'continuation' : opcode, payload, { masked: this.#settings.from === 'device', final })
  }

  #giveUp(bytes: Uint8Array): void {
    this.#phase = { kind: 'unknown' }
    if (bytes.length > 0) this.#pass(bytes)
  }

  #pass(bytes: Uint8Array): void {
    if (this.#passes) this.#beside(() => this.#forward(bytes))
    else this.#settings.onSwallowed()
  }

  #beside(write: () => void): void {
    this.#flow?.beside(() => {
      this.flush()
      write()
    })
  }

  #forward(bytes: Uint8Array): void {
    this.#settings.sink!.write(bytes)
    this.#flow?.written()
  }
}

/** Told once, when all bytes are decided: it has arrived when anything of it goes on. */
function tellWhenDecided(bytes: number, tell: (delivered: boolean) => void): StreamFrame['decided'] {
  let left = bytes
  let delivered = false
  return (count, goesOn) => {
    left -= count
    delivered ||= goesOn
    if (left === 0) tell(delivered)
  }
}
