// Errno numbers as the interpreter knows them. They are Linux's and not those of an ESP32: its
// compiler puts `errno.NAME` into programs as a number, so that no module of ours could change it.

const NUMBERS = {
  EPERM: 1,
  ENOENT: 2,
  EIO: 5,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EEXIST: 17,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EPIPE: 32,
  ENOTEMPTY: 39,
  EPROTO: 71,
  EOPNOTSUPP: 95,
  EADDRINUSE: 98,
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
} as const

/** An OSError's first argument; numbers that are no errno, as umqtt's -1, stay as they are. */
export function errnoNumber(name: string | number): number {
  if (typeof name === 'number') return name
  return (NUMBERS as Readonly<Record<string, number>>)[name] ?? NUMBERS.EIO
}

/** Where an ESP32 (newlib) has other numbers. */
const ESP32: Readonly<Record<string, number>> = {
  ...NUMBERS,
  ENOTEMPTY: 90,
  EADDRINUSE: 112,
  ECONNABORTED: 113,
  ETIMEDOUT: 116,
  EHOSTUNREACH: 118,
  EINPROGRESS: 119,
  EALREADY: 120,
  EISCONN: 127,
  ENOTCONN: 128,
}

/** The name again, for evidence; the number itself when it has none. */
export function errnoName(number: number, of: 'linux' | 'esp32' = 'linux'): string | number {
  const found = Object.entries(of === 'linux' ? NUMBERS : ESP32).find(([, value]) => value === number)
  return found?.[0] ?? number
}
