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
import type { ByteSource, Flow, Sink } from './flow.ts'
import type { LinkEnd } from './state.ts'

type Upgrade = Pick<UpgradeEvent, 'subprotocols' | 'path' | 'status'>
type FrameFacts = Pick<FrameEvent, 'opcode' | 'final' | 'length' | 'code' | 'delivered' | 'by'>

export interface WebWaySettings {
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

export class WebSocketLayer implements ByteSource, Sink {
  readonly #settings: WebWaySettings
  #phase: Phase = { kind: 'head', reader: new HeadReader() }
  #flow: Flow | null = null
  #take: (bytes: Buffer) => void = () => {}
  /** The frame whose payload the flow is looking at. */
  #current: Frame | null = null
  /** What continuation frames go on with, as they come in. */
  #message: Opcode = 'binary'
  /** The receiver has a message whose last frame it has not. */
  #unfinished = false

  constructor(settings: WebWaySettings) {
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

  /** A frame of the link's own; what waits goes before it. */
  send(opcode: 'text' | 'binary', payload: Uint8Array): void {
    this.#flow?.drained(() => {
      const delivered = this.#passes
      this.#tellFrame({ opcode, final: true, length: payload.length, delivered, by: 'link' })
      if (delivered) this.#forward(this.#made(opcode, payload, true))
    })
  }

  /** No more bytes come: those of a frame that is not complete go on. */
  end(): void {
    const rest =
      this.#phase.kind === 'frames'
        ? this.#phase.decoder.rest()
        : this.#phase.kind === 'head'
          ? this.#phase.reader.bytes
          : new Uint8Array()
    this.#phase = { kind: 'unknown' }
    if (rest.length > 0 && this.#passes) this.#forward(rest)
  }

  // As the flow's source.

  on(event: 'data' | 'drain', heard: (bytes: Buffer) => void): void {
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

  write(payload: Uint8Array): boolean {
    const { sink } = this.#settings
    if (payload === this.#current?.payload) return sink!.write(this.#untouched(this.#current))
    this.#tellFrame({ opcode: 'binary', final: true, length: payload.length, delivered: true, by: 'link' })
    return sink!.write(this.#made('binary', payload, true))
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
    const delivered = this.#passes
    const code = closeCode(frame)
    this.#tellFrame({ opcode, final, length: payload.length, code, delivered })
    if (!isControl(frame) && opcode !== 'continuation') this.#message = opcode
    if (!isControl(frame) && this.#message === 'binary') {
      this.#current = frame
      this.#take(payload as Buffer)
      this.#current = null
      return
    }
    if (opcode === 'close' && delivered)
      this.#settings.onClose(code === undefined ? 'close frame' : `close frame ${code}`)
    if (delivered) this.#flow!.drained(() => this.#pass(raw))
    else this.#settings.onSwallowed()
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
    if (this.#passes) this.#forward(bytes)
    else this.#settings.onSwallowed()
  }

  #forward(bytes: Uint8Array): void {
    const { source, sink } = this.#settings
    if (!sink!.write(bytes)) source.pause()
  }
}
