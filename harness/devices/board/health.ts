// What is right and wrong with a board of the hardware map: is it there, is it the one that the map says, does it start
// when it is reset, and does it reach this machine.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { milliseconds, Problem } from '../../../emulators/index.ts'
import { linkHost, pathOf } from './board.ts'
import type { MappedBoard } from './hardware-map.ts'
import { BoardSession } from './session.ts'
import { WHO } from './who.ts'

/** `ok`, or why not; null: it cannot be told of such a board. */
export type Finding = 'ok' | { readonly trouble: string; readonly hint?: string | undefined } | null

export interface BoardHealth {
  readonly label: string
  readonly port: string | null
  /** Its port can be opened. */
  readonly opens: Finding
  /** It answers at its REPL, with the id of the map; null: no REPL, and the map has no id. */
  readonly identity: Finding
  /** It is heard to start after a reset. */
  readonly reset: Finding
  /** A connection from it comes to the address of its link; null: it has no REPL to be told so. */
  readonly network: Finding
}

/** How long a board may take to join its Wi-Fi and to connect. */
const NETWORK_LIMIT = milliseconds(30_000)

const found = (error: unknown): Finding => {
  if (!(error instanceof Problem)) throw error
  return { trouble: error.message, hint: error.hint }
}

/** Tries a board; what runs on it is ended, and it is reset. Never throws a Problem: it becomes a finding. */
export async function healthOf(board: MappedBoard): Promise<BoardHealth> {
  const nothing = { label: board.label, identity: null, reset: null, network: null }
  const port = await pathOf(board).catch((error: unknown) => {
    if (!(error instanceof Problem)) throw error
    return null
  })
  if (port === null) return { ...nothing, port, opens: { trouble: 'not plugged in' } }
  try {
    await using session = await BoardSession.open(board.label)
    const identity = await identityOf(session, board)
    // One that is not the board of the map is left as it is.
    const left = board.reset === 'none' || (identity !== null && identity !== 'ok')
    const reset = left ? null : await session.reset().then(() => 'ok' as const, found)
    const network = identity === 'ok' ? await networkOf(session) : null
    return { label: board.label, port, opens: 'ok', identity, reset, network }
  } catch (error) {
    return { ...nothing, port, opens: found(error) }
  }
}

async function identityOf(session: BoardSession, board: MappedBoard): Promise<Finding> {
  try {
    await session.repl((repl) => repl.evaluate(WHO))
    return 'ok'
  } catch (error) {
    // Firmware that is no Python answers nothing, and nobody has said that it would.
    const noPython = error instanceof Problem && error.code !== 'board/wrong-board' && board.id === undefined
    return noPython ? null : found(error)
  }
}

/** Has the board open a connection to where its link would listen, and waits for it. */
async function networkOf(session: BoardSession): Promise<Finding> {
  const host = linkHost()
  const token = randomBytes(8).toString('hex')
  await using server = createServer()
  const came = new Promise<true>((resolve) => {
    server.on('connection', (socket: Socket) => {
      let said = ''
      socket.on('error', () => {})
      socket.on('data', (bytes) => {
        said += String(bytes)
        if (said.includes(token)) resolve(true)
      })
    })
  })
  try {
    server.listen(0, host)
    await once(server, 'listening')
  } catch (cause) {
    return {
      trouble: `nothing can listen on ${host}: ${(cause as Error).message}`,
      hint: 'HIL_LINK_HOST names an address',
    }
  }
  const { port } = server.address() as { port: number }
  try {
    await session.repl((repl) => repl.evaluate(connecting(host, port, token), NETWORK_LIMIT))
    return (await came) ? 'ok' : null
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const last = error.hint?.trim().split('\n').at(-1)
    return {
      trouble: `it does not reach ${host}:${port}${last === undefined ? '' : `: ${last}`}`,
      hint: 'HIL_LINK_HOST, HIL_WIFI_SSID and HIL_WIFI_PASSWORD; a firewall must let the link in',
    }
  }
}

const connecting = (host: string, port: number, token: string): string => `
import socket, time
try:
    import network
    w = network.WLAN(network.STA_IF)
    w.active(True)
    if not w.isconnected() and ${text(process.env.HIL_WIFI_SSID ?? '')}:
        w.connect(${text(process.env.HIL_WIFI_SSID ?? '')}, ${text(process.env.HIL_WIFI_PASSWORD ?? '')})
        until = time.time() + 15
        while not w.isconnected() and time.time() < until:
            time.sleep(0.1)
except ImportError:
    pass
k = socket.socket()
k.connect(socket.getaddrinfo(${text(host)}, ${port})[0][-1])
k.send(${text(token)}.encode())
k.close()
`

/** A text as Python writes it. */
const text = (value: string): string => JSON.stringify(value)
