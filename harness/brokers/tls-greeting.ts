// Whether TLS comes about with a server, and if not, why: a certificate that is not trusted is told as that, and not as
// a connection that was lost.

import { isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { Problem } from '../../emulators/index.ts'
import type { BrokerTls } from './broker.ts'
import { speaksMqtt } from './speaks.ts'
import { optionsOf } from './websocket.ts'

const CONNECT_LIMIT_MS = 5000
/** In TLS 1.3 a server refuses a client's certificate, or that there is none, after its own handshake. */
const ALERT_LIMIT_MS = 100

/** How OpenSSL says that what came is no record of TLS. */
const FOREIGN = /wrong version number|packet length too long/i
/** What Node says where a certificate is for other names. */
const OTHER_NAME = /does not match certificate/
/** Alerts of a server that wants a certificate, or another one. TLS 1.2 has one word for all. */
const WANTS_CERTIFICATE =
  /alert (?:certificate required|bad certificate|unknown ca|handshake failure|certificate (?:unknown|expired|revoked))/i

/** Throws Problem `broker/no-tls` with the cause. */
export async function greetTls(host: string, port: number, tls: BrokerTls, at = `${host}:${port}`): Promise<void> {
  try {
    await handshake(host, port, tls)
  } catch (cause) {
    throw await whyNot(cause as Error, host, port, tls, at)
  }
}

function handshake(host: string, port: number, tls: BrokerTls): Promise<void> {
  const { servername = host, ...rest } = optionsOf(tls)
  return new Promise<void>((resolve, reject) => {
    const socket = connectTls({ host, port, ...rest, ...(isIP(servername) === 0 ? { servername } : {}) })
    const late = setTimeout(
      () => socket.destroy(new Error(`no answer for ${CONNECT_LIMIT_MS / 1000} s`)),
      CONNECT_LIMIT_MS,
    )
    socket.once('secureConnect', () => {
      clearTimeout(late)
      setTimeout(() => socket.destroy(), ALERT_LIMIT_MS)
    })
    socket.once('error', reject)
    socket.once('close', () => {
      clearTimeout(late)
      resolve() // after an error it was rejected already
    })
    socket.resume()
  })
}

async function whyNot(cause: Error, host: string, port: number, tls: BrokerTls, at: string): Promise<Problem> {
  if (await speaksMqtt(host, port))
    return new Problem('broker/no-tls', `the port ${at} speaks MQTT without TLS`, {
      hint: 'write mqtt:// in place of mqtts://, or name its port for TLS, such as 8883',
      cause,
    })
  if (FOREIGN.test(cause.message))
    return new Problem('broker/no-tls', `the server at ${at} speaks neither TLS nor MQTT`, {
      hint: 'check the port: MQTT over TLS is usually at 8883; wss:// is MQTT over WebSocket',
      cause,
    })
  if (WANTS_CERTIFICATE.test(cause.message)) {
    const what = tls.cert === undefined ? 'its clients must show a certificate' : 'it refuses the certificate of ours'
    return new Problem('broker/no-tls', `no TLS with ${at}: ${what} (${alertOf(cause)})`, {
      hint: '--cert FILE and --key FILE, or cert: and key: among the options of the broker, say which to show',
      cause,
    })
  }
  return new Problem('broker/no-tls', `no TLS with ${at}: ${cause.message.trim()}`, {
    hint: OTHER_NAME.test(cause.message)
      ? 'name the broker in the URL as its certificate does; --insecure accepts any certificate'
      : '--cafile FILE (cafile: in the config) trusts another authority, --insecure any certificate; mqtt:// and ws:// do without TLS',
    cause,
  })
}

const alertOf = ({ message }: Error): string => /alert [a-z ]+/i.exec(message)![0]
