// Whether it is MQTT that a server speaks at a port: what it answers to a CONNECT.

import { connect } from 'node:net'

export const PATIENCE_MS = 3000

/** MQTT 3.1.1, clean session, keep alive 10 s, client id `hil-probe`. */
const CONNECT = Buffer.from('101500044d5154540402000a000968696c2d70726f6265', 'hex')
export const CONNACK = 0x20

/** Whether a broker answers a CONNECT there without TLS, whatever it answers. */
export async function speaksMqtt(host: string, port: number): Promise<boolean> {
  return (await answerTo(host, port))[0] === CONNACK
}

/** What comes first after a CONNECT without TLS; nothing: it was silent for three seconds. */
export function answerTo(host: string, port: number): Promise<Buffer | 'closed'> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (answer: Buffer | 'closed'): void => {
      clearTimeout(late)
      socket.destroy()
      resolve(answer)
    }
    const late = setTimeout(end, PATIENCE_MS, Buffer.alloc(0))
    socket.once('connect', () => socket.write(CONNECT))
    socket.once('data', end)
    socket.on('error', () => end('closed'))
    socket.once('close', () => end('closed'))
  })
}
