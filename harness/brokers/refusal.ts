// Why a broker lets nobody in, found out by asking it: does it want a login, TLS, or another path of its WebSocket?
// Asked only when something has failed already, and of WebSocket before anything is connected by it.

import { isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { Problem } from '../../emulators/index.ts'
import type { BrokerAccess, BrokerTls } from './broker.ts'
import { answerTo, CONNACK, PATIENCE_MS } from './speaks.ts'
import { greetTls } from './tls-greeting.ts'

/** What to do where a login is refused. */
export const HOW_TO_LOG_IN =
  'give the right ones with --username and --pw, in the URL (mqtt://USER:PASSWORD@HOST), or as username: and password: of the broker in the config'

export interface Door {
  readonly host: string
  readonly port: number
  readonly access: BrokerAccess
  /** Where it really is, when `host` and `port` are a gateway of ours. */
  readonly sharedAs?: string | undefined
}

/** A CONNACK's code and what mqtt.js makes of it. */
const LOGIN: Readonly<Record<number, string>> = {
  4: 'bad user name or password',
  5: 'not authorized',
  134: 'bad user name or password',
  135: 'not authorized',
}
const REFUSED: Readonly<Record<number, string>> = {
  1: 'it does not accept this version of MQTT',
  2: 'it does not accept the client id',
  3: 'the service is unavailable',
}

/** What a client of the harness, such as the observer, met at the broker, as a Problem that names the cause. */
export async function refusalOf(door: Door, who: string, cause: unknown): Promise<Problem | null> {
  const { code } = cause as { readonly code?: unknown }
  const at = door.sharedAs ?? `${door.host}:${door.port}`
  const login = LOGIN[Number(code)]
  if (typeof code === 'number' && login !== undefined) {
    const name = door.access.credentials?.username
    const whom = name === undefined ? `${who}, which has no user name` : `the user "${name}" of ${who}`
    return new Problem('broker/login-refused', `the broker at ${at} refuses ${whom}: ${login} (CONNACK ${code})`, {
      hint: HOW_TO_LOG_IN,
      cause,
    })
  }
  if (typeof code === 'number' && REFUSED[code] !== undefined)
    return new Problem('broker/refused', `the broker at ${at} refuses ${who}: ${REFUSED[code]} (CONNACK ${code})`, {
      cause,
    })
  if (typeof code === 'number') return null
  if (door.access.tls !== undefined)
    return greetTls(door.host, door.port, door.access.tls, at).then(
      () => null,
      (error: Problem) => error,
    )
  const [tls, answer] = await Promise.all([speaksTls(door.host, door.port), answerTo(door.host, door.port)])
  if (tls)
    return new Problem('broker/wants-tls', `the port ${at} speaks TLS, and ${who} came without`, {
      hint: 'write mqtts:// in place of mqtt://, with --cafile FILE for an authority of your own; or name its plain port',
      cause,
    })
  return noMqtt(answer, at, cause)
}

/** Null: it answers a CONNECT as a broker does. */
function noMqtt(answer: Buffer | 'closed', at: string, cause: unknown): Problem | null {
  if (answer === 'closed')
    return new Problem('broker/no-mqtt', `the server at ${at} closes the connection without an answer to a CONNECT`, {
      hint: 'check the port; a broker may also do so with addresses that it does not let in, or when it has too many connections',
      cause,
    })
  if (answer[0] === CONNACK) return null
  const what =
    answer.length === 0
      ? `the server at ${at} accepts connections and does not answer a CONNECT`
      : `the server at ${at} does not speak MQTT: it answers a CONNECT with ${shownAnswer(answer)}`
  return new Problem('broker/no-mqtt', what, {
    hint: 'check the port: MQTT is usually at 1883, over TLS (mqtts://) at 8883; ws:// is MQTT over WebSocket',
    cause,
  })
}

/** Its first line where it is text, else its first bytes. */
function shownAnswer(answer: Buffer): string {
  const [line = ''] = answer.toString('latin1').split(/\r?\n/)
  return /^[ -~]{3,}$/.test(line)
    ? JSON.stringify(line.slice(0, 60))
    : `the bytes ${answer.subarray(0, 8).toString('hex')}`
}

/** Whether a server answers a TLS handshake there, whatever certificate it has or wants. */
export function speaksTls(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const servername = isIP(host) === 0 ? { servername: host } : {}
    const socket = connectTls({ host, port, rejectUnauthorized: false, ...servername })
    const end = (answer: boolean): void => {
      clearTimeout(late)
      socket.destroy()
      resolve(answer)
    }
    const late = setTimeout(end, PATIENCE_MS, false)
    socket.once('secureConnect', () => end(true))
    // An alert is an answer in TLS: it wants a certificate of ours, or another version.
    socket.on('error', (error: NodeJS.ErrnoException) => end(/ALERT/.test(error.code ?? '')))
    socket.once('close', () => end(false))
  })
}

const MOVED = 'the server sends clients to another address: name that one'

const HINTS: Readonly<Record<number, string>> = {
  200: 'this is a web server without WebSocket at this path: it is /mqtt, /ws or / at most brokers',
  301: MOVED,
  302: MOVED,
  307: MOVED,
  308: MOVED,
  401: 'the server requires a login for the WebSocket itself, before MQTT begins',
  403: 'the server forbids this path or this client',
  404: 'check the path: it is /mqtt, /ws or / at most brokers',
  426: 'this is a web server without WebSocket at this path',
  502: 'a proxy answers, and the broker after it does not',
  503: 'a proxy answers, and the broker after it does not',
  504: 'a proxy answers, and the broker after it does not',
}

/**
 * Makes one upgrade to WebSocket and ends it.
 * Throws Problem `broker/web-refused` with the status of the answer, or with why there is none.
 */
export async function greetWeb(url: string, tls: BrokerTls | undefined): Promise<void> {
  const { WebSocket } = await import('ws')
  const shown = url.replace(/\/\/[^/@]*@/, '//')
  await new Promise<void>((resolve, reject) => {
    const web = new WebSocket(url, ['mqtt'], {
      perMessageDeflate: false,
      handshakeTimeout: PATIENCE_MS,
      ...(tls === undefined
        ? {}
        : { rejectUnauthorized: !tls.insecure, ...(tls.ca === undefined ? {} : { ca: tls.ca }) }),
      ...(tls?.cert === undefined ? {} : { cert: tls.cert, key: tls.key }),
    })
    const refuse = (message: string, hint?: string, cause?: unknown): void =>
      reject(new Problem('broker/web-refused', message, { hint, cause }))
    web.once('unexpected-response', (request, { statusCode = 0, statusMessage = '' }) => {
      request.destroy()
      const status = `${statusCode} ${statusMessage}`.trim()
      refuse(`${shown} is not a WebSocket: the server answers ${status}`, HINTS[statusCode])
    })
    web.once('open', () => web.terminate())
    web.once('error', (cause) => {
      const foreign = /^Parse Error/.test(cause.message) || /socket hang up/.test(cause.message)
      const closed = (cause as NodeJS.ErrnoException).code === 'ECONNRESET'
      const silent = /handshake has timed out/.test(cause.message)
      const hint =
        foreign || closed || silent
          ? 'this may be the port for MQTT without WebSocket: then write mqtt:// or mqtts://'
          : undefined
      const why = foreign
        ? 'the server does not answer in HTTP'
        : closed
          ? 'the server closes the connection without an answer in HTTP'
          : silent
            ? `no answer within ${PATIENCE_MS / 1000} s`
            : cause.message
      refuse(`${shown} is not a WebSocket: ${why}`, hint, cause)
    })
    web.once('close', () => resolve()) // after an error it was rejected already
  })
}
