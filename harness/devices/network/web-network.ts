// WebSocket over a network of TCP, for devices whose frames are told: by themselves they send one binary frame for
// each write. What comes is shown without its frames; pings are answered, and so is a close.

import { type Network, PythonError } from '../../../emulators/index.ts'
import {
  type Frame,
  FrameDecoder,
  frameBytes,
  HeadReader,
  newKey,
  refusal,
  upgradeRequest,
} from '../../websocket/index.ts'

type Wire = ReturnType<Network['connect']>
type Done = (errno?: string) => void

export interface WebWire extends Wire {
  writeFrame(opcode: 'binary' | 'text' | 'continuation', final: boolean, payload: Uint8Array, done: Done): void
}

export interface WebNetwork {
  connect(...args: Parameters<Network['connect']>): WebWire
}

export interface WebSettings {
  readonly path: string
  /** What the upgrade offers, in this order. */
  readonly subprotocols: readonly string[]
}

/** A server may close with any code; this is what an orderly client says. */
const NORMAL = Buffer.from([1000 >> 8, 1000 & 255])

export function webNetwork(network: Network, { path, subprotocols }: WebSettings): WebNetwork {
  return {
    connect(host, port, tls, events) {
      const key = newKey()
      const head = new HeadReader()
      const decoder = new FrameDecoder()
      let isOpen = false
      let hasClosed = false

      const wire = network.connect(host, port, tls, {
        ...events,
        connected() {
          wire.write(upgradeRequest({ host: `${host}:${port}`, path, subprotocols, key }), () => {})
        },
        data(chunk) {
          if (isOpen) return read(chunk)
          const answer = head.push(chunk)
          if (answer === null) return
          const why = answer === 'none' ? 'the server does not answer the upgrade' : refusal(answer.head, key)
          if (answer === 'none' || why !== null) return fail(why!)
          isOpen = true
          events.connected()
          read(answer.behind)
        },
        end: () => (isOpen ? events.end() : fail('the server closes the connection before there is a WebSocket')),
        error: (errno) => (isOpen ? events.error(errno) : events.failed(errno)),
      })

      function fail(why: string): void {
        wire.destroy()
        events.failed('EPROTO', new PythonError('OSError', why))
      }

      function read(chunk: Uint8Array): void {
        for (const frame of decoder.push(chunk)) take(frame)
        if (decoder.lost) events.error('EPROTO')
      }

      function take({ opcode, payload }: Frame): void {
        if (opcode === 'ping') wire.write(frameBytes('pong', payload, { masked: true }), () => {})
        else if (opcode === 'close') {
          close(payload)
          events.end()
        } else if (opcode !== 'pong') events.data(payload)
      }

      function close(why: Uint8Array): void {
        if (!hasClosed) wire.write(frameBytes('close', why, { masked: true }), () => {})
        hasClosed = true
      }

      return {
        writeFrame: (opcode, final, payload, done) =>
          wire.write(frameBytes(opcode, payload, { masked: true, final }), done),
        write: (bytes, done) => wire.write(frameBytes('binary', bytes, { masked: true }), done),
        queued: () => wire.queued(),
        finish: () => close(NORMAL),
        abort: () => wire.abort?.(),
        destroy: () => wire.destroy(),
        vanish: (how) => wire.vanish(how),
        get localPort() {
          return wire.localPort
        },
      }
    },
  }
}
