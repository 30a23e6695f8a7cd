// Groups of a fleet that run a firmware: each device boots, connects, publishes and comes back as the firmware does, and
// what it leaves at a broker of others is removed.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type FirmwareKind, firmware, milliseconds } from '../../emulators/index.ts'
import { brokers } from '../brokers/index.ts'
import { compile } from '../plan/index.ts'
import { claimsOf, residueOf, runFleet } from './testing.ts'

describe.concurrent('a fleet of a firmware', () => {
  it('tells of itself, each node by its own name, and does so again after a restart of the broker', async () => {
    const run = await runFleet(`
timeout: 110s
observer: ["+/status", "homeassistant/+/+/+/config", "tele/+/LWT"]
fleet:
  nodes:
    use: esphome
    count: 3
    client-id: "node-\${{ i + 1 }}"
    with: { topic_prefix: "n\${{ i + 1 }}", reboot_timeout: 0s }
  plugs: { use: tasmota, count: 2, with: { retry: 1s } }
steps:
  - expect: { fleet: { group: nodes, connected: 100% }, within: 100s }
  - expect: { message: { topic: n3/status, payload: online }, since: start, within: 100s }
  - expect: { message: { topic: homeassistant/switch/node-3/relay/config }, since: start, within: 100s }
  - expect: { message: { topic: tele/plugs-1/LWT, payload: Online }, since: start, within: 100s }
  - id: outage
    broker: { restart: { down-for: 200ms } }
  - expect: { message: { topic: n1/status, payload: online }, after: outage, within: 100s }
  - expect: { message: { topic: n3/status, payload: online }, after: outage, within: 100s }
  - expect: { message: { topic: tele/plugs-1/LWT, payload: Online }, after: outage, within: 100s }
  - expect: { fleet: { group: nodes, connected: 100% }, within: 100s }
slo:
  - { metric: program_errors, total: { eq: 0 } }
`)
    expect([run.problem, run.bug]).toEqual([null, undefined])
    expect(claimsOf(run)).toEqual(Array(8).fill('pass'))
    const { counts, slos, times } = run.load!
    expect(slos.map(({ verdict }) => verdict)).toEqual(['pass'])
    // esp-mqtt waits ten seconds at least; µs.
    expect(times.all!.recovery_time!.max).toBeGreaterThan(9_000_000)
    // A birth, the node itself, two pieces of discovery and two states, at least, at each of two connections.
    expect(counts.all!.messages_published).toBeGreaterThanOrEqual(3 * 2 * 6)
    expect(counts.all!.reconnects).toBeGreaterThanOrEqual(5)
  })

  it('runs each firmware that check takes', async () => {
    const kinds: readonly FirmwareKind[] = Object.values(firmware)
    const names = kinds.flatMap(({ name, inFleet }) => ('library' in (inFleet ?? {}) ? [name] : []))
    expect(names.length).toBeGreaterThan(5)
    const needs: Readonly<Record<string, string>> = {
      'room-light': ', with: { uuid: "u${{ i }}" }',
      'quec-reconnect': ', with: { topic: "q/${{ i }}" }',
      'robust-resubscribe': ', with: { topic: "r/${{ i }}" }',
      'mqtt-as-demo': ', with: { every: 1s }',
    }
    const run = await runFleet(`
timeout: 110s
fleet:
${names.map((name) => `  ${name}: { use: ${name}, count: 2${needs[name] ?? ''} }`).join('\n')}
observer: [result]
steps:
${names.map((name) => `  - expect: { fleet: { group: ${name}, connected: 100% }, within: 100s }`).join('\n')}
  - expect: { message: { topic: result }, since: start, count: { min: 2 }, within: 100s }
`)
    expect([run.problem, run.bug]).toEqual([null, undefined])
    expect(claimsOf(run)).toEqual(Array(names.length + 1).fill('pass'))
    // QoS 1 of mqtt-as-demo.
    expect(run.load!.counts.all!.messages_acked).toBeGreaterThanOrEqual(2)
  })

  it('leaves neither sessions nor retained messages at a broker that others use', async () => {
    await using broker = await brokers.aedes.open()
    const url = `mqtt://${broker.host}:${broker.port}`
    const run = await runFleet(
      `
timeout: 110s
observer: ["+/status", "tele/+/LWT", "homeassistant/+/+/+/config"]
fleet:
  node: { use: esphome, count: 3 }
  plug: { use: tasmota, count: 2 }
steps:
${['node-0/status', 'node-2/status', 'tele/plug-1/LWT', 'homeassistant/switch/node-2/relay/config']
  .map((topic) => `  - expect: { message: { topic: ${topic} }, since: start, within: 100s }`)
  .join('\n')}
`,
      { open: () => brokers.external.open({ url }) },
    )
    expect([run.problem, run.bug]).toEqual([null, undefined])
    expect(claimsOf(run)).toEqual(Array(4).fill('pass'))
    const ids = run.events.flatMap((event) => (event.kind === 'fleet' ? [event.group] : []))
    expect(ids).toContain('node')
    // ESPHome puts the address of its Wi-Fi behind the name: each device has its own.
    expect(await residueOf(url, ['node-0-246f28000000', 'node-2-246f28000002'])).toEqual({ retained: [], sessions: [] })
  })

  it('gives each device an address of its own, in however many processes', async () => {
    const run = await runFleet(
      `
timeout: 110s
observer: ["esphome/discover/+"]
fleet:
  node: { use: esphome, count: 4 }
steps:
  - expect: { message: { topic: esphome/discover/node-3 }, since: start, within: 100s }
  - expect: { message: {}, since: start, count: { min: 4 }, within: 100s }
`,
      { shards: 2 },
    )
    expect(claimsOf(run)).toEqual(['pass', 'pass'])
    const macs = run.events.flatMap((event) =>
      event.kind === 'message' ? [JSON.parse(Buffer.from(event.payload).toString()).mac as string] : [],
    )
    expect(new Set(macs)).toEqual(new Set(['246f28000000', '246f28000001', '246f28000002', '246f28000003']))
  })
})

it("runs the herd of ESPHome and Tasmota, with a few devices, and the herd's bounds hold", async () => {
  const text = readFileSync('scenarios/load/esphome-herd.scenario.yaml', 'utf8')
  const { plans, diagnostics } = compile('esphome-herd.scenario.yaml', text, {
    broker: () => ({ name: 'mosquitto', keepaliveSlack: milliseconds(0) }),
  })
  expect(diagnostics.all).toEqual([])
  expect(plans[0]!.fleet!.groups.map(({ name }) => name)).toEqual(['nodes', 'plugs', 'home'])
  const small = text
    .replace(/^(name|version|tags|broker): .*\n/gm, '')
    .replace('timeout: 2m', 'timeout: 118s')
    .replace('count: 300', 'count: 6')
    .replace('count: 100', 'count: 3')
    .replace(/within: [34]0s/g, 'within: 110s')
    .replace('delay: 10s', 'delay: 1s')
    // On a slow machine a connection takes as long as it takes.
    .replace(/^.*max: \{ lt: 25s \} \}\n/gm, '')
  const run = await runFleet(small)
  expect([run.problem, run.bug]).toEqual([null, undefined])
  expect(claimsOf(run)).toEqual(Array(4).fill('pass'))
  const { slos, counts, times } = run.load!
  // How late the generator was may leave a bound on a time open.
  expect(slos).toHaveLength(4)
  expect(slos.filter(({ verdict }) => verdict === 'fail')).toEqual([])
  expect(counts.all!.reconnects).toBeGreaterThanOrEqual(9)
  expect(times.storm!.recovery_time!.max).toBeGreaterThan(9_000_000)
})
