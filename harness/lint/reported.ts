// Which statements the lints can report: of any other a claim would wait for ever, and one that forbids it is always true.

import { idsOf, type MqttVersion } from './specification.ts'

const NUMBERS = `
  1.5.3-1 1.5.3-2 1.5.4-1 1.5.4-2 1.5.5-1 1.5.7-1 2.1.3-1 2.2.1-3 2.2.1-4 2.2.1-5 2.2.2-1 2.3.1-1
  2.3.1-2 2.3.1-4 2.3.1-6 3.1.0-1 3.1.0-2 3.1.2-3 3.1.2-6 3.1.2-8 3.1.2-9 3.1.2-13 3.1.2-14 3.1.2-15 3.1.2-18
  3.1.2-19 3.1.2-20 3.1.2-21 3.1.2-22 3.1.2-23 3.1.2-24 3.1.2-26 3.1.2-27 3.1.2-28 3.1.2-29 3.1.2-30 3.1.3-3
  3.1.3-7 3.1.3-9 3.2.0-1 3.2.0-2 3.2.2-1 3.2.2-2 3.2.2-4 3.2.2-5 3.2.2-6 3.2.2-7 3.2.2-8 3.2.2-11 3.2.2-14
  3.2.2-15 3.2.2-16 3.2.2-17 3.2.2-18 3.3.1-1 3.3.1-2 3.3.1-3 3.3.1-4 3.3.1-9 3.3.1-11 3.3.1-12 3.3.2-2
  3.3.2-3 3.3.2-7 3.3.2-8 3.3.2-14 3.3.4-1 3.3.4-3 3.3.4-5 3.3.4-6 3.3.4-7 3.3.4-9 3.4.2-1 3.5.2-1 3.6.1-1
  3.6.2-1 3.7.2-1 3.8.1-1 3.8.3-2 3.8.3-3 3.8.3-4 3.8.3-5 3.8.4-2 3.8.4-5 3.8.4-6 3.8.4-8 3.9.3-2 3.10.1-1
  3.10.3-2 3.10.4-4 3.10.4-5 3.11.3-1 3.11.3-2 3.12.4-1 3.14.0-1 3.14.1-1 3.14.2-1 3.14.2-2 3.14.4-1 3.14.4-2
  3.14.4-3 3.15.1-1 3.15.2-1 4.1.0-2 4.3.2-1 4.3.2-2 4.3.3-1 4.3.3-2 4.3.3-4 4.3.3-6 4.4.0-1 4.6.0-1 4.6.0-2
  4.6.0-3 4.6.0-4 4.7.1-1 4.7.1-2 4.7.1-3 4.7.3-1 4.7.3-2 4.7.3-3 4.8.0-1 4.8.2-1 4.8.2-2 4.12.0-2 4.12.0-3
  4.12.0-5 4.12.0-6 4.12.0-7 4.12.1-1 4.13.1-1 6.0.0-1 6.0.0-3 6.0.0-4
`

const statements = (numbers: string): readonly string[] =>
  numbers
    .trim()
    .split(/\s+/)
    .map((number) => `MQTT-${number}`)

/** `MQTT-2.3.1-1`; of MQTT 3.1.1 and of MQTT 5 together, with those that a malformed packet breaks. */
export const REPORTED: ReadonlySet<string> = new Set(statements(NUMBERS))

/** What only a client can break, as the lints see it. What is malformed either side can send. */
const OF_CLIENTS = `
  2.3.1-2 3.1.0-1 3.1.0-2 3.1.2-23 3.1.2-30 3.1.3-7 3.2.2-11 3.2.2-14 3.2.2-15 3.2.2-17 3.2.2-18 3.3.4-6 3.3.4-7
  3.14.4-2 4.3.2-1 4.3.2-2 4.3.3-2 4.6.0-2 4.6.0-3 4.6.0-4 4.12.0-3 4.12.0-7 4.12.1-1 6.0.0-3
`

/** What only a server can break. */
const OF_SERVERS = `
  2.2.1-4 2.3.1-4 3.1.2-8 3.1.2-24 3.1.2-26 3.1.2-27 3.1.2-28 3.1.2-29 3.1.3-9 3.2.0-1 3.2.0-2 3.2.2-2 3.2.2-6
  3.2.2-7 3.2.2-16 3.3.1-3 3.3.1-9 3.3.1-11 3.3.1-12 3.3.2-3 3.3.4-3 3.3.4-5 3.3.4-9 3.8.4-2 3.8.4-8 3.10.4-4
  3.10.4-5 3.12.4-1 3.14.0-1 3.14.2-2 3.14.4-3 4.1.0-2 4.12.0-2 4.12.0-6 6.0.0-4
`

const without = (numbers: string): ReadonlySet<string> => {
  const others = statements(numbers)
  return new Set([...REPORTED].filter((id) => !others.includes(id)))
}

/** Which of them are reported of a device, and which of a broker. */
export const REPORTED_OF: Readonly<Record<'device' | 'broker', ReadonlySet<string>>> = {
  device: without(OF_SERVERS),
  broker: without(OF_CLIENTS),
}

/** Which of them are reported on a connection of this version (3.1 as 3.1.1): those that it has. */
export const reportedAt = (version: MqttVersion): ReadonlySet<string> =>
  new Set([...REPORTED].filter((id) => idsOf(version).has(id)))
