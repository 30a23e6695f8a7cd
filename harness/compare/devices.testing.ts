// For tests: every scenario of scenarios/devices in which umqtt plays, once as it is written and once with virtual
// boards in all roles that they can play. Packets and verdicts must be alike. Times are not held against each other
// here: `hil run scenarios/devices --bind '*=virtual' --compare` does, on a machine that does nothing else.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { milliseconds, seconds } from '../../emulators/index.ts'
import { type BrokerKind, type BrokerName, brokers } from '../brokers/index.ts'
import { compile, type Plan } from '../plan/index.ts'
import { run } from '../run/testing.ts'
import { whyReal } from '../select/index.ts'
import { compareRecords } from './trace-diff.ts'

const FOLDER = join(import.meta.dirname, '../../scenarios/devices')
const PARTS = 3

/** Why a scenario is not played by virtual boards, by its title here. */
export const LEFT_OUT: Readonly<Record<string, RegExp>> = {
  'umqtt-late-puback bind blue=minimqtt': /micropython, which has no minimqtt/,
  'umqtt-publish-before-suback bind blue=minimqtt': /micropython, which has no minimqtt/,
  'umqtt-publish-before-suback bind blue=quecpython': /no puppet plays quecpython/,
  'umqtt-version-connect-timeout': /has umqtt.simple 1.8.0 and not 1.4.0/,
  'umqtt-version-empty-user': /has umqtt.simple 1.8.0 and not 1.3.4/,
  'umqtt-version-old-socket': /has umqtt.simple 1.8.0 and not 1.7.0/,
  'umqtt-version-ssl-true': /has umqtt.simple 1.8.0 and not 1.3.4/,
}

interface Pair {
  readonly title: string
  readonly written: Plan
  readonly virtual: Plan
}

export function pairs(): readonly Pair[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.scenario.yaml'))
  return files.sort().flatMap((name) => {
    const path = join(FOLDER, name)
    const text = readFileSync(path, 'utf8')
    if (!/use: umqtt/.test(text)) return []
    const plansWith = (bind?: Record<string, string>): readonly Plan[] => {
      const broker = () => ({ name: 'aedes', keepaliveSlack: milliseconds(250) })
      const { plans, diagnostics } = compile(path, text, { broker, ...(bind === undefined ? {} : { bind }) })
      expect(diagnostics.all).toEqual([])
      return plans
    }
    const virtual = plansWith({ '*': 'virtual' })
    return plansWith().map((written, k) => ({
      title: `${name.replace('.scenario.yaml', '')} ${written.variant}`.trim(),
      written,
      virtual: virtual[k]!,
    }))
  })
}

const isBad = ({ kind }: { readonly kind: string }): boolean => kind !== 'pass'

/** The scenario's own, or aedes. */
function brokerOf({ broker }: Plan): { readonly name: string; readonly kind: BrokerKind } {
  const name = (broker?.use ?? 'aedes') as BrokerName
  return { name, kind: brokers[name] }
}

async function same({ written, virtual }: Pair, clock: 'real' | 'virtual'): Promise<void> {
  const openBroker = () => brokerOf(written).kind.open()
  const emulated = await run(written, { clock, openBroker })
  const real = await run(virtual, { clock, openBroker })
  const looping = [written, virtual].flatMap(({ devices }) =>
    devices.filter(({ busy }) => busy !== null).map(({ name }) => name),
  )
  const { differences } = compareRecords(emulated.events, real.events, { looping, tolerance: seconds(60) })
  expect(differences).toEqual([])
  expect([emulated, real].map(({ status, verdicts }) => [status, verdicts.filter(isBad)])).toEqual([
    ['passed', []],
    ['passed', []],
  ])
}

/** One part of them, so that several processes share the time. In virtual time what can be: that has one run at once. */
export function playPart(part: number): void {
  const mine = pairs().filter(({ virtual }, k) => k % PARTS === part - 1 && virtual.skip === null)
  const needsRealTime = ({ written, virtual }: Pair): boolean =>
    [written, virtual].some((p) => whyReal(p, brokerOf(p)) !== null)
  describe('the emulated client and the real interpreter send the same', { timeout: 120_000 }, () => {
    for (const pair of mine)
      if (needsRealTime(pair)) test.concurrent(pair.title, () => same(pair, 'real'))
      else test(pair.title, () => same(pair, 'virtual'))
  })
}
