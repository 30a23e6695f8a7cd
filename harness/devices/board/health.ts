// What is right and wrong with a board of the hardware map: is it there, is it the one that the map says, does it start
// when it is reset, and does it reach this machine.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { milliseconds, Problem } from '../../../emulators/index.ts'
import { linkHost, pathOf } from './board.ts'
import type { MappedBoard } from './hardware-map.ts'
import { answerTo, obstacle, ownAddresses, probe, type Seen } from './reach.ts'
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

async function identityOf(session: BoardSession, board: Pick<MappedBoard, 'id'>): Promise<Finding> {
  try {
    await session.repl((repl) => repl.evaluate(WHO))
    return 'ok'
  } catch (error) {
    // Firmware that is no Python answers nothing, and nobody has said that it would.
    const noPython = error instanceof Problem && error.code !== 'board/wrong-board' && board.id === undefined
    return noPython ? null : found(error)
  }
}

/**
 * Whether this board reaches where its link would listen: at `port`, 0 for a free one. What runs on it is ended.
 * Never throws a Problem: it becomes a finding.
 */
export async function reachOf(
  board: string | MappedBoard,
  port: number,
): Promise<{ readonly at: string; readonly network: Finding }> {
  const label = typeof board === 'string' ? board : board.label
  let at = linkHost()
  try {
    await using session = await BoardSession.open(label)
    const identity = await identityOf(session, typeof board === 'string' ? {} : board)
    const network = identity === 'ok' ? await networkOf(session, port, (place) => (at = place)) : identity
    return { at, network }
  } catch (error) {
    return { at, network: found(error) }
  }
}

/** Has the board open a connection to where its link would listen, and waits for it. */
async function networkOf(
  session: BoardSession,
  wanted = 0,
  onPlace: (place: string) => void = () => {},
): Promise<Finding> {
  const host = linkHost()
  const token = randomBytes(8).toString('hex')
  await using server = createServer()
  let came = false
  server.on('connection', (socket: Socket) => {
    let said = ''
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      said = (said + String(bytes)).slice(-100)
      if (!said.includes(token)) return
      came = true
      socket.end(answerTo(token))
    })
  })
  try {
    server.listen(wanted, host)
    await once(server, 'listening')
  } catch (cause) {
    return {
      trouble: `nothing can listen on ${host}:${wanted}: ${(cause as Error).message}`,
      hint: 'HIL_LINK_HOST names an address of this computer; another program may have the port',
    }
  }
  const { port } = server.address() as { port: number }
  onPlace(`${host}:${port}`)
  try {
    const answer = await session.repl((repl) => repl.evaluate(probe(host, port, token), NETWORK_LIMIT))
    if (came) return 'ok'
    const seen = JSON.parse(answer.trim().split(/\r?\n/).at(-1) ?? '{}') as Seen
    return obstacle(seen, { host, port, ssid: process.env.HIL_WIFI_SSID, own: ownAddresses() })
  } catch (error) {
    if (came) return 'ok'
    if (!(error instanceof Problem || error instanceof SyntaxError)) throw error
    const last = error instanceof Problem ? error.hint?.trim().split('\n').at(-1) : error.message
    return {
      trouble: `it does not reach ${host}:${port}${last === undefined ? '' : `: ${last}`}`,
      hint: 'HIL_LINK_HOST, HIL_WIFI_SSID and HIL_WIFI_PASSWORD; a firewall must let the link in',
    }
  }
}
