// The two ends of a link in a process of their own, so that they do not take the link's time: a broker that sends
// back what it gets, and a device that sends numbered messages at a rate. `capture.ts` starts it.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'

/** PUBLISH at QoS 0, topic `b`, with the number as its payload. */
const SIZE = 15

export function message(number: number): Buffer {
  const packet = Buffer.alloc(SIZE)
  packet.set([0x30, SIZE - 2, 0, 1, 0x62])
  packet.write(number.toString(16).padStart(10, '0'), 5, 'latin1')
  return packet
}

/** The numbers of the messages in a segment; each segment holds whole ones here. */
export function numbersIn(segment: Buffer): number[] {
  const numbers: number[] = []
  for (let at = 0; at + SIZE <= segment.length; at += SIZE)
    numbers.push(Number.parseInt(segment.toString('latin1', at + 5, at + SIZE), 16))
  return numbers
}

interface Task {
  readonly port: number
  readonly first: number
  readonly count: number
  readonly everyMs: number
}

async function serve(): Promise<void> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('data', (chunk) => socket.write(chunk))
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.on('message', (task: Task) => void send(task).then(() => process.send!('done')))
  process.send!({ port: (server.address() as AddressInfo).port })
}

async function send({ port, first, count, everyMs }: Task): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  let received = 0
  const all = new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      received += chunk.length
      if (received === count * SIZE) resolve()
    })
  })
  const begun = performance.now()
  for (let k = 0; k < count; k++) {
    const due = begun + k * everyMs
    const early = due - performance.now()
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early))
    socket.write(message(first + k))
  }
  await all
  socket.destroy()
}

if (process.send !== undefined) await serve()
