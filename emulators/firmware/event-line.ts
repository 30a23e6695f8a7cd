// An event of esp-mqtt as a program prints it, and tells it on.

import { type Program, print, reportEvent } from '../board.ts'
import type { EspEvent, EventValue } from '../clients/espmqtt/event-loop.ts'
import { printable } from '../clients/python/python.ts'

/** `session_present=0`: all fields; bytes as text where they are that. */
export const eventFields = ({ fields }: EspEvent): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${shown(value)}`)
    .join(' ')

function shown(value: EventValue): string {
  if (value === null) return 'NULL'
  if (value instanceof Uint8Array) return printable(value)
  if (!Array.isArray(value)) return String(value)
  return value.map(([key, text]: readonly Uint8Array[]) => `${printable(key!)}:${printable(text!)}`).join(',')
}

/** On the console, and as a call of the library's, so that a scenario can claim it. */
export function* tellEvent(event: EspEvent): Program<void> {
  const fields = eventFields(event)
  yield* print(`event ${event.name}${fields === '' ? '' : ` ${fields}`}`)
  yield* reportEvent(`MQTT_EVENT_${event.name}`, fields)
}

/** One event of a message that came in several: the first alone has the topic. */
export interface MessagePart {
  readonly topic: Uint8Array | null
  readonly data: Uint8Array
  /** Where in the payload it begins, and how long that is. */
  readonly index: number
  readonly total: number
}

/** null: it is no DATA event, or has all of its message. */
export function messagePart({ name, fields }: EspEvent): MessagePart | null {
  if (name !== 'DATA') return null
  const data = fields.data instanceof Uint8Array ? fields.data : new Uint8Array()
  const total = Number(fields.total_data_len)
  if (data.length === total) return null
  const topic = fields.topic instanceof Uint8Array ? fields.topic : null
  return { topic, data, index: Number(fields.current_data_offset), total }
}

/** Topic and payload of a message that came in one event. */
export function wholeMessage({ name, fields }: EspEvent): { topic: Uint8Array; payload: Uint8Array } | null {
  if (name !== 'DATA' || !(fields.topic instanceof Uint8Array)) return null
  const payload = fields.data instanceof Uint8Array ? fields.data : new Uint8Array()
  return payload.length === fields.total_data_len ? { topic: fields.topic, payload } : null
}
