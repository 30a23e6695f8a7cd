// A recording as reports want it: a run without steps. Nothing was claimed, so nothing failed.

import { milliseconds } from '../../emulators/index.ts'
import { bareDevice, type Plan } from '../plan/index.ts'
import type { ScenarioRun, SuiteResult } from '../run/index.ts'
import type { Recorded } from './record.ts'

export function recordedRun({ header, startedAt, duration, files, problem }: Recorded, folder: string): SuiteResult {
  const plan = planOf(header.scenario, Object.keys(header.devices), header.broker.name)
  const run: ScenarioRun = {
    plan,
    status: problem === null ? 'passed' : 'broken',
    broker: header.broker,
    gap: null,
    load: null,
    verdicts: [],
    events: [], // they are in the file
    problem,
    bug: undefined,
    seed: 0,
    startedAt,
    duration,
    repetition: 0,
    attempt: 0,
    artifacts: folder,
    files,
  }
  return {
    scenarios: [{ attempts: [run], run, flaky: false }],
    notRun: [],
    unusable: [],
    interrupted: false,
    timedOut: false,
    startedAt,
    duration,
    output: folder,
  }
}

function planOf(name: string, devices: readonly string[], broker: string): Plan {
  const place = { file: 'timeline.ndjson', line: 1, column: 1, length: 1 }
  const given = { vars: {}, seed: 0, timeout: 0, broker: { name: broker, keepaliveSlack: milliseconds(0) } }
  return {
    name,
    file: place.file,
    text: '',
    secrets: [],
    place,
    tags: [],
    description: null,
    verifies: [],
    gaps: [],
    timeout: milliseconds(0),
    clock: null,
    variant: '',
    skip: null,
    unfit: false,
    broker: null,
    observe: [],
    fleet: null,
    slos: [],
    given,
    devices: devices.map((device) => ({ ...bareDevice(device, place), use: 'recorded' })),
    always: [],
    steps: [],
  }
}
