// The cheapest client that Node can be: `net` with one shared receive buffer, packets encoded before.

import { connect, type Socket } from 'node:net'
import { encode } from '../../emulators/index.ts'
import { payload, type Subject, type SubjectOptions, TOPIC, WINDOW } from './subject.ts'

type Client = Socket & { connected?: boolean }

/** Client ids are unique, also of the clients that warm up. */
let serials = 0

export function bare({ port, qos, size, latency }: SubjectOptions): Subject {
  const serial = serials++
  const clients: Client[] = []
  const buffer = Buffer.allocUnsafe(64 * 1024)
  const packet = Buffer.from(
    encode({ type: 'publish', topic: TOPIC, qos, ...(qos === 0 ? {} : { packetId: 1 }), payload: payload(size, 0) }),
  )
  const body = packet.length - size
  let connected = (): void => {}
  const onread = {
    buffer,
    callback(this: Client, count: number): boolean {
      let at = 0
      while (at < count) {
        const type = buffer[at]! >> 4
        const length = buffer[at + 1]!
        if (type === 2) {
          this.connected = true
          connected()
        } else if (type === 4) subject.onAck()
        else if (type === 3) subject.onMessage(buffer.readDoubleBE(at + 2 + 2 + TOPIC.length))
        at += 2 + length
      }
      return true
    },
  }
  const subject: Subject = {
    onAck: () => {},
    onMessage: () => {},
    connect(count) {
      return new Promise((resolve) => {
        let begun = 0
        let done = 0
        const begin = (): void => {
          const k = begun++
          const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread } as never) as Client
          clients.push(socket)
          const hello = Buffer.from(encode({ type: 'connect', clientId: `bare-${serial}-${k}`, clean: true }))
          socket.on('connect', () => {
            socket.write(hello)
            if (latency && k === 0)
              socket.write(encode({ type: 'subscribe', packetId: 1, subscriptions: [{ topic: TOPIC, qos: 0 }] }))
          })
          socket.on('error', (error) => console.error('bare', error.message))
        }
        connected = () => {
          done++
          if (begun < count) begin()
          else if (done === count) resolve()
        }
        for (let k = 0; k < Math.min(count, WINDOW); k++) begin()
      })
    },
    publish(k) {
      clients[k]!.write(packet)
    },
    backlog: (k) => clients[k]!.writableLength,
    schedule(next, fire) {
      let due = next()
      setInterval(() => {
        for (; due <= performance.now(); due = next()) {
          if (latency) packet.writeDoubleBE(due, body)
          fire(due)
        }
      }, 1)
    },
  }
  return subject
}
