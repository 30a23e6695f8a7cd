// Which lanes a run has and what lies in each: steps and claims as bars, each device with its calls,
// its link, its console and its signals, then broker and observer. Positions in time are the scale's.

/** @typedef {import('./model.ts').EventData} EventData */
/** @typedef {import('./model.ts').StepData} StepData */
/** @typedef {import('./model.ts').ScenarioData} ScenarioData */

/**
 * A thing that lasts.
 * @typedef {object} Bar
 * @property {number} from ms
 * @property {number} to ms
 * @property {number} row from 0
 * @property {string} text
 * @property {string} status a status' word, or `call`, `on`, `connected`, `down`
 * @property {number} [decided] ms: of a claim's window
 * @property {StepData} [step]
 * @property {EventData} [event]
 */

/**
 * @typedef {object} Lane
 * @property {'steps' | 'claims' | 'faults' | 'device' | 'link' | 'serial' | 'signal' | 'broker' | 'observer'} kind
 * @property {string} label
 * @property {string} device empty for what belongs to none
 * @property {number} rows
 * @property {number} height
 * @property {number} top
 * @property {Bar[]} bars
 * @property {EventData[]} events
 * @property {Int32Array} [next] for each event the one whose label would stand in its way
 */

const ROW = 20
const LINK = 64

/**
 * @param {ScenarioData} scenario
 * @param {readonly EventData[]} events
 * @param {number} end ms
 * @returns {Lane[]}
 */
export function lanesOf(scenario, events, end) {
  const devices = [...new Set([...Object.keys(scenario.bindings), ...events.flatMap((e) => e.device ?? [])])]
  const lanes = [steps(scenario.steps, end), claims(scenario.steps, end)]
  const of = (/** @type {string} */ kind) => events.filter((event) => event.kind === kind)
  const faults = of('fault')
  const unplaced = faults.filter((event) => event.device === undefined)
  if (unplaced.length > 0) lanes.push(lane('faults', 'run', '', [], unplaced))
  for (const device of devices) {
    const own = events.filter((event) => event.device === device)
    lanes.push(...deviceLanes(device, own, end, scenario.signals?.[device] ?? []))
  }
  lanes.push(lane('broker', `broker ${scenario.broker.name}`, '', [], of('broker')))
  if (of('message').length > 0) lanes.push(lane('observer', 'observer', '', [], of('message')))
  let top = 0
  for (const one of lanes) {
    one.top = top
    top += one.height + (one.kind === 'device' || one.kind === 'link' ? 2 : 6)
  }
  return lanes
}

/**
 * @param {Lane['kind']} kind
 * @param {string} label
 * @param {string} device
 * @param {Bar[]} bars
 * @param {EventData[]} events
 * @returns {Lane}
 */
function lane(kind, label, device, bars, events) {
  const rows = Math.max(1, ...bars.map((bar) => bar.row + 1))
  const height = kind === 'link' ? LINK : kind === 'claims' ? Math.max(14, rows * 14) : rows * ROW
  return { kind, label, device, rows, height, top: 0, bars, events }
}

/** A row for each depth: the steps of a `parallel` or `repeat` below it. @param {readonly StepData[]} all @param {number} end */
function steps(all, end) {
  const bars = all
    .filter((step) => !step.path.startsWith('always.') && step.startedAt !== null)
    .map((step) => ({
      from: step.startedAt ?? 0,
      to: step.endedAt ?? end,
      row: 0,
      text: step.title ?? step.path,
      status: step.outcome,
      step,
    }))
  return lane('steps', 'steps', '', stacked(bars, 6), [])
}

/** What is expected, from when to when. @param {readonly StepData[]} all @param {number} end */
function claims(all, end) {
  const bars = all.flatMap((step) => {
    const { window, verdict } = step
    if (
      window === undefined ||
      verdict === undefined ||
      (step.verb !== 'expect' && step.verb !== 'never' && verdict === 'pass')
    )
      return []
    const from = Math.max(0, window.from ?? window.anchor)
    const to = Math.min(end, window.to ?? end)
    return [
      {
        from,
        to: Math.max(from, to),
        row: 0,
        text: step.expected ?? '',
        status: verdict,
        decided: step.endedAt ?? end,
        step,
      },
    ]
  })
  return lane('claims', 'expected', '', stacked(bars, 10), [])
}

/** Bars that overlap in rows below each other. @param {Bar[]} bars @param {number} most */
function stacked(bars, most) {
  const ends = /** @type {number[]} */ ([])
  for (const bar of [...bars].sort((a, b) => a.from - b.from || b.to - a.to)) {
    let row = ends.findIndex((end) => end <= bar.from)
    if (row < 0) row = Math.min(ends.length, most - 1)
    ends[row] = Math.max(ends[row] ?? 0, bar.to)
    bar.row = row
  }
  return bars
}

/** @param {string} device @param {EventData[]} own @param {number} end @param {readonly string[]} wired */
function deviceLanes(device, own, end, wired) {
  const of = (/** @type {string[]} */ ...kinds) => own.filter((event) => kinds.includes(event.kind))
  const serial = of('serial')
  const signals = of('signal')
  const calls = stacked(callBars(of('call'), end), 3)
  const lanes = [lane('device', device, device, calls, of('device', 'exit', 'call')), linkLane(device, own, end)]
  if (serial.length > 0) lanes.push(lane('serial', 'serial', device, [], serial))
  // One that never changed has a lane as well: that it stood still may be what went wrong.
  for (const name of new Set([...wired, ...signals.map((event) => String(event.fields.signal))]))
    lanes.push(
      lane(
        'signal',
        name,
        device,
        [],
        signals.filter((event) => event.fields.signal === name),
      ),
    )
  return lanes
}

/** @param {string} device @param {EventData[]} own @param {number} end */
function linkLane(device, own, end) {
  const events = own.filter(({ kind }) => ['packet', 'socket', 'upgrade', 'bytes', 'fault', 'violation'].includes(kind))
  const made = lane('link', 'link', device, linkBars(own, end), events)
  const next = new Int32Array(events.length).fill(events.length)
  // Labels of what goes up stand at the top, of what goes down at the bottom, of the rest between.
  const heightOf = (/** @type {EventData} */ event) => event.way ?? null
  const last = new Map()
  for (let k = events.length - 1; k >= 0; k--) {
    next[k] = last.get(heightOf(events[k])) ?? events.length
    last.set(heightOf(events[k]), k)
  }
  made.next = next
  return made
}

/** An exception may be what was wanted: the step says whether it was. @type {Readonly<Record<string, string>>} */
const OUTCOMES = { returned: 'call', raised: 'inconclusive' }

/** @param {EventData[]} events @param {number} end @returns {Bar[]} */
function callBars(events, end) {
  const bars = /** @type {Bar[]} */ ([])
  const open = /** @type {Map<unknown, Bar>} */ (new Map())
  for (const event of events) {
    const { id, method, state } = event.fields
    if (state === 'started') {
      const bar = { from: event.at, to: end, row: 0, text: `${method}()`, status: 'call', event }
      bars.push(bar)
      open.set(id, bar)
    } else {
      const bar = open.get(id)
      open.delete(id)
      if (bar !== undefined)
        Object.assign(bar, {
          to: event.at,
          status: OUTCOMES[String(state)] ?? 'failed',
          text: `${bar.text} ${state}`,
        })
    }
  }
  return bars
}

/** When a connection stood, and when the network was down. @param {EventData[]} own @param {number} end @returns {Bar[]} */
function linkBars(own, end) {
  const bars = /** @type {Bar[]} */ ([])
  const open = /** @type {Map<unknown, Bar>} */ (new Map())
  let down = /** @type {Bar | null} */ (null)
  for (const event of own) {
    const { change, connection, what } = event.fields
    if (event.kind === 'socket' && change === 'connected') {
      const bar = { from: event.at, to: end, row: 0, text: `connection ${connection}`, status: 'connected', event }
      bars.push(bar)
      open.set(connection, bar)
    } else if (event.kind === 'socket' && open.has(connection)) {
      Object.assign(open.get(connection) ?? {}, { to: event.at })
      open.delete(connection)
    } else if (event.kind === 'fault' && /^(network (down|up)|Wi-Fi (lost|up))/.test(String(what))) {
      if (down !== null) down.to = event.at
      down = /^(network down|Wi-Fi lost)/.test(String(what))
        ? { from: event.at, to: end, row: 0, text: String(what), status: 'down', event }
        : null
      if (down !== null) bars.push(down)
    }
  }
  return bars
}
