// Claims that nothing can satisfy or break, as far as several matchers share them.

import type { Impossible, ObservableDevice } from './matcher.ts'

/** These fields are always there: a `null` is never equal to them. */
export function nothingLeftOut(fields: object, names: readonly string[]): Impossible | null {
  const name = names.find((one) => (fields as Record<string, unknown>)[one] === null)
  if (name === undefined) return null
  return {
    message: `${name}: null never matches, because this is never left out`,
    hint: name === 'payload' ? 'an empty payload is payload: ""' : `leave ${name} out to take any`,
    word: name,
  }
}

export function notShown(
  what: string,
  name: string,
  device: ObservableDevice | undefined,
  needs: 'serial' | 'serial-in' | 'serial-err' | 'exit' | 'signal',
): Impossible | null {
  if (device === undefined || device.shows === null || device.shows.has(needs)) return null
  return {
    message: `${name} (use: ${device.use}) has no ${what}`,
    hint: 'no event can match this claim; name another device, or claim something else',
    word: name,
  }
}

export function noWebSocket(name: string, device: ObservableDevice | undefined): Impossible | null {
  if (device === undefined || device.websocket) return null
  return {
    message: `${name} does not speak WebSocket`,
    hint: 'no event can match this claim; give the device link: { websocket: true }',
    word: name,
  }
}
