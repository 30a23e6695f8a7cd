// For tests: facts as events, and what a matcher says of one.

import { Decoder, Dialect, encode, type Instant, type Sendable } from '../../emulators/index.ts'
import type { Direction, Event, Fact, PacketEvent } from '../evidence/index.ts'
import { type AnyMatcher, type MatcherName, matchers } from './index.ts'

export const event = (fact: Fact): Event => ({ ...fact, at: 5 as Instant, seq: 1 })

/** A packet on blue's link, from what it says or from its bytes as hex; of MQTT 5 with `level: 5`. */
export function packetEvent(direction: Direction, said: Sendable | string, rest: Partial<PacketEvent> = {}): Event {
  const bytes = typeof said === 'string' ? Buffer.from(said.replace(/\s/g, ''), 'hex') : encode(said)
  const dialect = new Dialect()
  dialect.level = rest.level ?? 4
  const { packet, raw, offset } = new Decoder(dialect).push(bytes)[0]!
  return event({
    kind: 'packet',
    device: 'blue',
    direction,
    connection: 1,
    packet,
    raw,
    offset,
    delivered: true,
    ...rest,
  })
}

/** The fields as a scenario writes them. Throws when they do not fit. */
export function compare(name: MatcherName, fields: object, given: Event): readonly string[] | null {
  const matcher = matchers[name] as AnyMatcher
  return matcher.compare(matcher.fields.parse(fields), given)
}

export const shown = (name: MatcherName, fields: object): string => {
  const matcher = matchers[name] as AnyMatcher
  return matcher.show(matcher.fields.parse(fields))
}

export const accepts = (name: MatcherName, fields: object): boolean => matchers[name].fields.safeParse(fields).success
