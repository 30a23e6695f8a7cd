// Whether somebody accepts TCP connections at an address. It says nothing about MQTT.

import { connect } from 'node:net'

/** Resolves when connected (and hangs up); throws Node's error, or ETIMEDOUT after `patience` ms. */
export function reach(host: string, port: number, patience: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port })
    const giveUp = setTimeout(
      () => socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })),
      patience,
    )
    socket.once('connect', () => socket.destroy())
    socket.once('error', reject)
    socket.once('close', () => {
      clearTimeout(giveUp)
      resolve() // after an error it was rejected already
    })
  })
}
