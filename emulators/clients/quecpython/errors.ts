// How QuecPython's client tells what went wrong: every failure of `connect` becomes a ValueError
// whose text holds `str()` of the original. Numbers in it are errno numbers and CONNACK codes alike,
// so a broker's code 4 reads as if the server had closed the connection.

import { PythonError, type PyValue } from '../../board.ts'
import { repr } from '../python/python.ts'

/** As the module's lwIP and Linux number them. */
const ERRNO: Readonly<Record<string, number>> = {
  EPERM: 1,
  EIO: 5,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EINVAL: 22,
  EPIPE: 32,
  EPROTO: 71,
  ENETDOWN: 100,
  ENETUNREACH: 101,
  ECONNABORTED: 103,
  ECONNRESET: 104,
  ENOBUFS: 105,
  EISCONN: 106,
  ENOTCONN: 107,
  ETIMEDOUT: 110,
  ECONNREFUSED: 111,
  EHOSTUNREACH: 113,
  EALREADY: 114,
  EINPROGRESS: 115,
}

/** Lets everything through that is no Python exception; `except Exception` catches the others. */
export function caught(e: unknown): PythonError {
  if (e instanceof PythonError) return e
  throw e
}

/** `str(e)`. */
export function textOf({ type, args }: PythonError): string {
  const [first, ...more] = args.map((arg) => (type === 'OSError' ? numbered(arg) : arg))
  if (first === undefined) return ''
  if (more.length > 0) return repr([first, ...more])
  return typeof first === 'string' ? first : repr(first)
}

const numbered = (arg: PyValue): PyValue => (typeof arg === 'string' ? (ERRNO[arg] ?? arg) : arg)

/** What leaves `connect` in place of `e`. The wording is part of what programs print and compare. */
export function connectError(e: PythonError): PythonError {
  const code = textOf(e)
  const text = (() => {
    switch (code) {
      case '104':
        return `MQTT Connect Error='${code}' Server Actively RST Disconnected.Need Check addr&port`
      case '107':
      case '4':
        return `MQTT Connect Error='${code}' Server Actively FIN Disconnected.Need Check Connection parameters`
      case '110':
        return `MQTT Connect Error='${code}' Timeout.Need Check Network`
      default:
        return `MQTT Connect error='${code}' FAIL`
    }
  })()
  return new PythonError('ValueError', text)
}
