// The scenario that plays a recording again: a `use: replay` device for each of its devices, and claims that wait for their ends.

import { resolve } from 'node:path'
import { milliseconds } from '../../emulators/index.ts'
import { scriptOf } from '../devices/index.ts'
import type { Recording } from '../evidence/index.ts'
import { compile, type Plan } from '../plan/index.ts'
import { bare, documentText, flow, list, map, type Value } from '../scenario/index.ts'
import { type ChosenBroker, factsOf } from '../select/index.ts'

/** So long (s) above what is recorded a replay may wait in all: each wait has a limit of its own. */
const SPARE = 3600

/** Its claims only wait until all that was sent is in the record. */
export function replayScenario(path: string, recording: Recording, devices: readonly string[], speed: string): string {
  const scripts = devices.map((device) => ({ device, ...scriptOf(recording.events, device) }))
  const begins = scripts.flatMap(({ acts }) => acts.slice(0, 1).map(({ at }) => at))
  const begin = begins.length === 0 ? 0 : Math.max(0, Math.min(...begins))
  const length = (recording.events.at(-1)?.at ?? 0) / 1000
  const within = bare(`${Math.ceil(length / (speed === 'max' ? 1 : Math.min(1, Number(speed)))) + SPARE}s`)
  const file = resolve(recording.file)
  const steps: Value[] = devices.flatMap((device) => [
    { name: `${device} ends`, expect: { exit: { device }, within } },
    {
      name: `${device} has done all that was recorded`,
      expect: { exit: { device, code: 0 }, since: 'start', within: bare('1ms') },
    },
  ])
  for (const { device, acts } of scripts) {
    const last = acts.findLast((act) => act.kind === 'send')
    if (last !== undefined && last.kind === 'send') {
      const { type } = last.packet
      const { connection } = last
      const like = acts.filter(
        (act) => act.kind === 'send' && act.packet.type === type && act.connection === connection,
      )
      steps.push({
        name: 'its last packet has come through',
        expect: {
          packet: { from: device, type, connection },
          count: { min: like.length },
          since: 'start',
          within: bare('5s'),
        },
      })
    }
    for (const end of acts)
      if (end.kind === 'end')
        steps.push({
          name: `connection ${end.connection} has ended`,
          expect: {
            socket: { from: device, event: 'ended', connection: end.connection },
            since: 'start',
            within: bare('5s'),
          },
        })
  }
  return documentText(
    map([
      ['name', flow(`replay of ${path}`)],
      ['version', flow(1)],
      ['timeout', flow(within)],
      ['observer', flow(false)],
      [
        'devices',
        map(
          devices.map((device) => [
            device,
            flow({
              use: 'replay',
              file,
              device,
              speed: speed === 'max' ? speed : Number(speed),
              begin: bare(`${begin.toFixed(3)}ms`),
            }),
          ]),
        ),
      ],
      ['steps', list(steps.map(flow))],
    ]),
  )
}

export function replayPlan(text: string, chosen: ChosenBroker): Plan {
  const { plans, diagnostics } = compile('replay.scenario.yaml', text, {
    broker: () => factsOf(chosen),
    timeout: milliseconds(0),
  })
  const [plan] = plans
  if (plan !== undefined) return plan
  const [wrong] = diagnostics.all
  throw new Error(`the scenario of the replay is wrong: ${wrong?.at.line}: ${wrong?.message}\n${text}`)
}
