// Random sessions of MQTT 5, judged twice: by the linter as the events come, and by a slow twin that looks at the whole
// record for each packet and was written from the statements.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Event } from '../../../evidence/index.ts'
import { casesOf } from '../../../random-cases.testing.ts'
import { Linter, REPORTED_OF } from '../../index.ts'
import { ofClient, silence } from './client.testing.ts'
import { recordOf, session, willSession } from './random.testing.ts'
import { ofServer } from './server.testing.ts'
import { linesOf, seen5 } from './words.testing.ts'

const SESSIONS = Number(process.env.MQTT_HIL_RANDOM_SESSIONS ?? casesOf(800))

/** What the latest event shows that somebody has broken. */
function twin(record: readonly Event[]): string[] {
  const last = record.at(-1)!
  const all = seen5('client', record)
  if (last.kind === 'packet') {
    const found = (['client', 'server'] as const).flatMap((side) => {
      const seen = seen5(side, record)
      const now = seen.at(-1)
      if (now?.seq !== last.seq || now.way !== 'sent') return []
      const judge = side === 'client' ? ofClient : ofServer
      return judge(now, seen.slice(0, -1), record).map((statement) => `${side} ${statement}`)
    })
    return found.sort()
  }
  const ended = (name: string): boolean =>
    (last.kind === 'socket' && name === `${last.device} ${last.connection}`) ||
    (last.kind === 'device' && last.change !== 'boot' && name.startsWith(`${last.device} `))
  return linesOf('client', all)
    .filter(({ name }) => ended(name))
    .flatMap((line) => silence(line, last.at, last.seq, record))
    .map((statement) => `client ${statement}`)
    .sort()
}

/** Which statements were found broken. */
function agree(sessions: typeof session): ReadonlySet<string> {
  const seen = new Set<string>()
  fc.assert(
    fc.property(sessions, (lines) => {
      const record = recordOf(lines)
      const linter = new Linter()
      const found = record.map((event) =>
        linter
          .observe(event)
          .map(({ by, statement }) => `${by === 'device' ? 'client' : 'server'} ${statement.replace('MQTT-', '')}`)
          .sort(),
      )
      for (const one of found.flat()) seen.add(one)
      expect(found).toEqual(record.map((_, k) => twin(record.slice(0, k + 1))))
    }),
    { numRuns: SESSIONS },
  )
  for (const one of seen) {
    const [party, number] = one.split(' ')
    expect(REPORTED_OF[party === 'client' ? 'device' : 'broker'], one).toContain(`MQTT-${number}`)
  }
  return seen
}

// A generator that reaches none of the rules would agree, too.
test(`the linter finds in ${SESSIONS} random sessions of MQTT 5 what its naive twin finds`, () => {
  expect(agree(session).size).toBeGreaterThan(60)
}, 600_000)

test(`and in ${SESSIONS} random sessions with wills`, () => {
  expect([...agree(willSession)]).toEqual(
    expect.arrayContaining(['server 3.1.2-8', 'server 3.1.3-9', 'server 3.14.4-3']),
  )
}, 600_000)
