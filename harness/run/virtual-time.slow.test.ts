// Long runs in virtual time.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeTimeline } from '../evidence/index.ts'
import { kindsOf, plansOf, run, runText, scenario } from './testing.ts'

const virtual = { clock: 'virtual' } as const

describe('a long run in virtual time', () => {
  it('holds the clock while a virtual board computes, so that its record is the same each time', async () => {
    const program = [
      'import time, network',
      'from umqtt.simple import MQTTClient',
      'wlan = network.WLAN(network.STA_IF)',
      'wlan.active(True)',
      "wlan.connect('a', 'b')",
      'while not wlan.isconnected(): time.sleep_ms(10)',
      "c = MQTTClient('board', '10.0.0.1')",
      'c.connect()',
      'for n in range(12):',
      "    c.publish(b't', str(n).encode())",
      '    begun = time.ticks_ms()',
      '    while time.ticks_diff(time.ticks_ms(), begun) < 1000: pass', // waits by looking at the clock
      '    time.sleep(299)',
    ].join('\n')
    const folder = mkdtempSync(join(tmpdir(), 'hil-test-'))
    try {
      writeFileSync(join(folder, 'main.py'), program)
      const text =
        'name: a board\nversion: 1\ntimeout: 2h\ndevices:\n  blue: { use: micropython, files: { main.py: main.py } }\nsteps:\n' +
        '  - delay: 1h\n  - expect: { packet: { from: blue, type: publish }, since: start, count: 12, within: 1s }\n'
      const [plan] = plansOf(text, join(folder, 'board.scenario.yaml'))
      const [one, other] = [await run(plan!, virtual), await run(plan!, virtual)]
      expect(kindsOf(one.verdicts)).toEqual(['1 pass'])
      const published = one.events.filter((e) => e.kind === 'packet' && e.packet.type === 'publish').map(({ at }) => at)
      expect(Math.round((published[11]! - published[0]!) / 1000)).toBe(11 * 300)
      expect(writeTimeline({}, other.events)).toBe(writeTimeline({}, one.events))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('knows each event of a long run, and its claims find those of long ago', async () => {
    const text = scenario(
      '  - connect: blue\n  - id: first\n    publish: { device: blue, topic: first, payload: x }\n' +
        '  - expect: { message: { topic: first } }\n' +
        '  - repeat: { times: 2000, steps: [{ publish: { device: blue, topic: t, payload: x, qos: 1 } }] }\n' +
        '  - expect: { message: { topic: first }, after: first, within: 1s }\n' +
        '  - expect: { message: { topic: t }, after: first, within: 1h, count: 2000 }\n',
      'timeout: 2h',
    )
    const { status, events } = await runText(text, virtual)
    expect(status).toBe('passed')
    // More than stay in memory.
    expect(events.length).toBeGreaterThan(8192)
    expect(events.every(({ seq }, k) => seq === k)).toBe(true)
    expect(events.filter((e) => e.kind === 'packet' && e.packet.type === 'puback')).toHaveLength(2000)
  })
})
