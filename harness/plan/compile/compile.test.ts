// What a scenario compiles to: variants, values, words that wait for the run, and short forms.

import { describe, expect, it, test } from 'vitest'
import { PyFloat, PyTuple, tuple } from '../../../emulators/index.ts'
import type { RepeatStep } from '../model/plan.ts'
import { asked, claimOf, compiled, complaints, planFrom, plansOf, withSteps } from '../testing.ts'

const text = (bytes: unknown): string => Buffer.from(bytes as Uint8Array).toString()

describe('matrix', () => {
  it('makes a plan for each combination, the last name fastest, and says which', () => {
    const plans = plansOf(withSteps('  - delay: 1ms', 'matrix: { qos: [0, 1], retain: [true, false] }'))
    expect(plans.map((p) => p.variant)).toEqual([
      'qos=0, retain=true',
      'qos=0, retain=false',
      'qos=1, retain=true',
      'qos=1, retain=false',
    ])
  })

  it('calls a map by its name', () => {
    const plans = plansOf(
      withSteps('  - delay: ${{ matrix.m.gap }}', 'matrix: { m: [{ name: short, gap: 1ms }, { gap: 2ms }] }'),
    )
    expect(plans.map((p) => p.variant)).toEqual(['m=short', 'm={"gap":"2ms"}'])
  })

  it('keeps the types of its values: a duration is reckoned with', () => {
    const plans = plansOf(withSteps('  - delay: ${{ 1.5 * matrix.gap }}', 'matrix: { gap: [2s, 400ms] }'))
    expect(plans.map((p) => [p.variant, asked(p.steps[0])])).toEqual([
      ['gap=2s', 3000],
      ['gap=400ms', 600],
    ])
  })

  it('gives whole values: a flag, a number, a map', () => {
    const plans = plansOf(
      withSteps(
        '  - publish: { device: blue, topic: t, payload: "", qos: "${{ matrix.m.qos }}", retain: "${{ matrix.m.keep }}" }',
        'matrix: { m: [{ qos: 1, keep: true }, { qos: 0, keep: false }] }',
      ),
    )
    expect(plans.map((p) => asked(p.steps[0]))).toMatchObject([
      { call: { qos: 1, retain: true } },
      { call: { qos: 0, retain: false } },
    ])
    expect(plans[0]?.variant).toBe('m={"qos":1,"keep":true}')
  })

  it('reaches devices and the head', () => {
    const plans = plansOf(`name: with \${{ matrix.client }}
version: 1
timeout: \${{ matrix.limit }}
matrix: { client: [umqtt.simple, umqtt.robust], limit: [10s] }
devices: { blue: { use: "\${{ matrix.client }}" } }
steps: [{ connect: blue }]
`)
    expect(plans.map((p) => [p.name, p.timeout, p.devices[0]?.use])).toEqual([
      ['with umqtt.simple', 10_000, 'umqtt.simple'],
      ['with umqtt.robust', 10_000, 'umqtt.robust'],
    ])
  })
})

describe('vars', () => {
  const scenario = withSteps('  - delay: ${{ vars.twice }}', 'vars: { gap: 2s, twice: "${{ 2 * vars.gap }}" }')

  it('may be made of earlier ones', () => {
    expect(asked(planFrom(scenario).steps[0])).toBe(4000)
  })

  it('are replaced from outside, typed as YAML would, and what is made of them follows', () => {
    expect(asked(planFrom(scenario, { vars: { gap: '300ms' } }).steps[0])).toBe(600)
    expect(asked(planFrom(scenario, { vars: { twice: '1m' } }).steps[0])).toBe(60_000)
  })

  it('from outside take no expression', () => {
    const plan = planFrom(
      withSteps('  - publish: { device: blue, topic: t, payload: "${{ vars.p }}" }', 'vars: { p: a }'),
      {
        vars: { p: '${{ seed }}' },
      },
    )
    expect(text((asked(plan.steps[0]) as { call: { payload: Uint8Array } }).call.payload)).toBe('${{ seed }}')
  })

  it('that are text stay text where text is wanted, though they look like a number', () => {
    const plan = planFrom(
      withSteps('  - publish: { device: blue, topic: t, payload: "${{ vars.p }}" }', 'vars: { p: 21 }'),
    )
    expect(text((asked(plan.steps[0]) as { call: { payload: Uint8Array } }).call.payload)).toBe('21')
  })
})

describe('what comes from outside', () => {
  it('the timeout is the scenario’s own, else the given one, else 60 s', () => {
    const bare = withSteps('  - delay: 1ms')
    expect(planFrom(withSteps('  - delay: 1ms', 'timeout: 3s'), { timeout: 9000 as never }).timeout).toBe(3000)
    expect(planFrom(bare, { timeout: 9000 as never }).timeout).toBe(9000)
    expect(planFrom(bare).timeout).toBe(60_000)
  })

  it('the broker’s facts are asked for by the scenario’s request', () => {
    const asking: unknown[] = []
    const broker = (request: unknown) => {
      asking.push(request)
      return { name: 'slow', keepaliveSlack: 6000 as never }
    }
    const plan = planFrom(
      withSteps('  - delay: ${{ broker.keepaliveSlack + 1s }}', 'broker: { use: slow, with: { a: 1 } }'),
      {
        broker,
      },
    )
    expect(asking).toEqual([{ use: 'slow', with: { a: 1 } }])
    expect([asked(plan.steps[0]), plan.broker]).toEqual([7000, { use: 'slow', with: { a: 1 } }])
  })

  it('vars know the broker, unless the scenario names its own', () => {
    const broker = () => ({ name: 'slow', keepaliveSlack: 6000 as never })
    const vars = 'vars: { limit: "${{ broker.keepaliveSlack + 1s }}" }'
    const plan = planFrom(withSteps('  - delay: ${{ vars.limit }}', vars), { broker })
    expect(asked(plan.steps[0])).toBe(7000)
    const own = withSteps('  - delay: ${{ vars.limit }}', `${vars}\nbroker: slow`)
    expect(compiled(own, { broker }).diagnostics.all[0]).toMatchObject({
      code: 'scenario/unknown-name',
    })
  })

  it('given what is in `given`, the same text compiles to the same plan', () => {
    const options = { vars: { gap: '5s' }, seed: 7, timeout: 9000 as never }
    const scenario = withSteps('  - delay: ${{ vars.gap }}', 'vars: { gap: 1s }')
    const once = planFrom(scenario, options)
    const again = planFrom(scenario, {
      ...once.given,
      timeout: once.given.timeout as never,
      broker: () => once.given.broker,
    })
    expect(again.given).toEqual(once.given)
    expect(asked(again.steps[0])).toEqual(asked(once.steps[0]))
    expect(again.timeout).toBe(once.timeout)
  })
})

describe('the head', () => {
  it('observer: # by default, some filters, or none', () => {
    const observe = (head: string) => planFrom(withSteps('  - delay: 1ms', head)).observe
    expect([observe('observer: true'), observe('observer: [a/#, b]'), observe('observer: false'), observe('')]).toEqual(
      [['#'], ['a/#', 'b'], [], ['#']],
    )
  })

  it('skip: why', () => {
    const skip = (head: string) => planFrom(withSteps('  - delay: 1ms', head)).skip
    expect([skip('skip: true'), skip('skip: false'), skip('skip: not yet'), skip('')]).toEqual([
      'skip: true',
      null,
      'not yet',
      null,
    ])
  })

  it('broker: a name, or with options', () => {
    expect(planFrom(withSteps('  - delay: 1ms', 'broker: aedes')).broker).toEqual({ use: 'aedes', with: {} })
    expect(planFrom(withSteps('  - delay: 1ms')).broker).toBeNull()
  })
})

describe('devices', () => {
  const device = (given: string, more = '') =>
    planFrom(`name: t\nversion: 1\ndevices:\n  a: ${given}\nsteps:\n  - delay: 1ms\n${more}`).devices[0]!
  // biome-ignore lint/suspicious/noExplicitAny: what only its kind knows
  const settings = (given: string): any => device(given).settings

  it('options get the library’s own units and types', () => {
    const { options } = settings(
      '{ use: umqtt.simple, with: { keepalive: 1m30s, client_id: cc, user: u, password: p } }',
    )
    expect(options.keepalive).toBe(90)
    expect([text(options.client_id), options.user, options.password].map((v) => typeof v)).not.toContain('undefined')
  })

  it('a time may be part of a second only where the library takes a float', () => {
    expect(settings('{ use: minimqtt, with: { socket_timeout: 500ms, recv_timeout: 2s } }').options).toEqual({
      socket_timeout: 0.5,
      recv_timeout: 2,
    })
    for (const whole of ['umqtt.simple, with: { keepalive: 1500ms }', 'minimqtt, with: { keep_alive: 1500ms }'])
      expect(() => device(`{ use: ${whole} }`)).toThrow('whole seconds')
  })

  it('a will: payload as bytes, QoS 0 and not retained by default', () => {
    const { will } = settings('{ use: umqtt.simple, will: { topic: t, payload: "é" } }')
    expect(will).toEqual({ topic: 't', payload: new TextEncoder().encode('é'), qos: 0, retain: false })
    expect(settings('{ use: umqtt.simple, will: { topic: t, payload: "", qos: 2, retain: true } }').will).toMatchObject(
      {
        qos: 2,
        retain: true,
      },
    )
  })

  it('poll: 100 ms by default, another time, or never', () => {
    expect(['', ', poll: 1s', ', poll: false'].map((p) => settings(`{ use: umqtt.simple${p} }`).poll)).toEqual([
      100,
      1000,
      null,
    ])
  })

  it('signals are active high unless they say otherwise', () => {
    expect(device('{ use: umqtt.simple, signals: { b: { pin: 0, active: low }, l: { pin: 2 } } }').signals).toEqual({
      b: { pin: 0, active: 'low' },
      l: { pin: 2, active: 'high' },
    })
  })

  it('a process: command as text or list with its link filled in, environment, needs', () => {
    const link = { host: '10.0.0.1', port: 1234 }
    const written =
      '{ use: process, command: "sub -h ${{ link.host }} -p ${{ link.port }}", env: { A: b }, needs: [sub] }'
    const shell = settings(written)
    expect(shell.command(link)).toBe('sub -h 10.0.0.1 -p 1234')
    expect([shell.environment, device(written).needs]).toEqual([{ A: 'b' }, ['sub']])
    const list = settings('{ use: process, command: [sub, -p, "${{ link.port }}", "${{ seed }}"] }')
    expect(list.command(link)).toEqual(['sub', '-p', '1234', '0'])
  })

  it('one that a boot step names, however deep, waits for it', () => {
    for (const boot of [
      '- boot: a',
      '- boot: { device: a }',
      '- { device: a, boot: }',
      '- parallel: [{ boot: a }]',
      '- repeat: { times: 2, steps: [{ parallel: [{ boot: a }] }] }',
    ])
      expect([boot, device('{ use: umqtt.simple }', `  ${boot}`).waitsForBoot]).toEqual([boot, true])
    expect(device('{ use: umqtt.simple }', '  - connect: a').waitsForBoot).toBe(false)
  })
})

describe('steps', () => {
  const steps = (given: string) => planFrom(withSteps(given)).steps

  it('short forms, and the device beside the verb, mean the same', () => {
    const forms = steps(
      '  - connect: blue\n  - connect: { device: blue }\n  - { device: blue, connect: }\n  - { device: blue, connect: {} }',
    )
    expect(new Set(forms.map((s) => JSON.stringify(asked(s)))).size).toBe(1)
    expect(asked(steps('  - { device: blue, publish: { topic: t, payload: a } }')[0])).toMatchObject({ device: 'blue' })
  })

  it('payloads: text, hex, JSON, a size, and an empty one', () => {
    const payload = (given: string) => {
      const call = asked(steps(`  - publish: { device: blue, topic: t, ${given} }`)[0]) as {
        call: { payload: Uint8Array }
      }
      return Buffer.from(call.call.payload)
    }
    expect(payload('payload: "é"').toString('hex')).toBe('c3a9')
    expect(payload('hex: "00 fF"').toString('hex')).toBe('00ff')
    expect(payload('json: { a: [1, null] }').toString()).toBe('{"a":[1,null]}')
    expect(payload('json: null').toString()).toBe('null')
    expect(payload('size: 1KiB')).toHaveLength(1024)
    expect(payload('payload: ""')).toHaveLength(0)
  })

  it('one filter or several', () => {
    expect(
      steps('  - subscribe: { device: blue, topic: a }\n  - unsubscribe: { device: blue, topics: [a, b] }').map((s) =>
        asked(s),
      ),
    ).toMatchObject([
      { call: { verb: 'subscribe', topics: ['a'] } },
      { call: { verb: 'unsubscribe', topics: ['a', 'b'] } },
    ])
  })

  it('a call: how long, started only, what it returns or raises', () => {
    expect(
      asked(steps('  - ping: { device: blue, within: 2s, raises: { type: OSError, errno: ECONNRESET } }')[0]),
    ).toMatchObject({ within: 2000, start: false, raises: { type: 'OSError', errno: 'ECONNRESET' } })
    expect(asked(steps('  - ping: { device: blue, start: true }')[0])).toMatchObject({ start: true })
    expect(asked(steps('  - check: { device: blue, returns: null }')[0])).toMatchObject({
      within: 60_000,
      returns: null,
    })
  })

  it('a method’s arguments: str, bytes, hex, lists, and by name', () => {
    expect(
      asked(
        steps(
          '  - call: { device: blue, method: m, args: [a, 1, true, null, { bytes: b }, { hex: "0c" }, [d]], kwargs: { k: e } }',
        )[0],
      ),
    ).toMatchObject({
      call: {
        verb: 'call',
        method: 'm',
        args: ['a', 1, true, null, Buffer.from('b'), Uint8Array.of(12), ['d']],
        kwargs: { k: 'e' },
      },
    })
  })

  it('a method’s arguments: what Python tells apart and YAML does not', () => {
    const [step] = steps(
      '  - call: { device: blue, method: m, args: [{ tuple: [a, 1] }, { float: 1 }, { float: 1.5 }, [a]] }',
    )
    const { call } = asked(step) as { call: { args: unknown[] } }
    expect(call.args).toEqual([tuple('a', 1), new PyFloat(1), 1.5, ['a']])
    expect(call.args.map((arg) => arg instanceof PyTuple)).toEqual([true, false, false, false])
  })

  it('loop: the library’s own time unless one is given', () => {
    const [own, given] = steps('  - loop: blue\n  - loop: { device: blue, timeout: 500ms }')
    expect(asked(own)).toMatchObject({ call: { verb: 'loop', timeout: undefined } })
    expect(asked(given)).toMatchObject({ call: { verb: 'loop', timeout: 500 } })
  })

  it('have paths, titles, time limits, and a name of their own when given', () => {
    const [first, second, third] = steps(
      '  - { name: hello, timeout: 2s, connect: blue }\n  - parallel: [{ ping: blue }]\n  - repeat: { times: 3, steps: [{ ping: blue }, { delay: 1ms }] }',
    )
    expect(first).toMatchObject({ path: '0', title: 'hello', timeout: 2000, verb: 'connect' })
    expect(second).toMatchObject({ path: '1', kind: 'parallel', steps: [{ path: '1.0', title: 'ping blue' }] })
    expect(third).toMatchObject({ kind: 'repeat', times: 3, steps: [{ path: '2.0' }, { path: '2.1' }] })
  })

  it('`if`: now or by what was saved', () => {
    const [, yes, no, later] = steps(
      '  - expect: { message: {}, save: { n: qos } }\n  - { if: true, connect: blue }\n  - { if: "${{ 1 > 2 }}", connect: blue }\n  - { if: "${{ saved.n == 3 }}", connect: blue }',
    )
    const scope = (n: number) => ({ saved: { n }, i: 0 })
    expect([yes, no].map((s) => s?.condition?.(scope(0)))).toEqual([true, false])
    expect([3, 4].map((n) => later?.condition?.(scope(n)))).toEqual([true, false])
  })

  it('`i` and `saved` wait for the run; what does not fit is told with its place then', () => {
    const [repeat, , expected] = steps(
      '  - repeat: { times: 2, steps: [{ publish: { device: blue, topic: "t/${{ i }}", payload: "${{ i }}", qos: "${{ i }}" } }] }\n' +
        '  - expect: { packet: { to: blue, type: suback }, save: { id: packetId } }\n' +
        '  - expect: { packet: { to: blue, type: puback, match: { packetId: "${{ saved.id }}" } }, within: "${{ saved.id * 1ms }}" }',
    )
    const publish = (repeat as RepeatStep).steps[0]
    expect(asked(publish, { saved: {}, i: 1 })).toMatchObject({ call: { topic: 't/1', qos: 1 } })
    const claim = claimOf(expected, { saved: { id: 7 }, i: 0 })
    expect(claim).toMatchObject({ window: { to: 7 }, want: { patterns: [{ fields: { match: { packetId: 7 } } }] } })
    expect(() => asked(publish, { saved: {}, i: 3 })).toThrow(
      expect.objectContaining({ code: 'scenario/qos', at: expect.objectContaining({ line: 8, column: 107 }) }),
    )
    expect(() => claimOf(expected, { saved: {}, i: 0 })).toThrow(expect.objectContaining({ at: expect.anything() }))
  })
})

describe('claims', () => {
  const claim = (given: string) => claimOf(planFrom(withSteps(`  - { id: a, ping: blue }\n  - ${given}`)).steps[1])

  it('within, between, and 5 s without either', () => {
    const window = (terms: string) => (claim(`expect: { message: {}${terms} }`) as { window: unknown }).window
    expect([window(''), window(', within: 1s'), window(', between: [1s, 1s]')]).toEqual([
      { from: Number.NEGATIVE_INFINITY, to: 5000 },
      { from: Number.NEGATIVE_INFINITY, to: 1000 },
      { from: 1000, to: 1000 },
    ])
  })

  it('count: exact, bounded, none; every alone wants two', () => {
    const count = (terms: string) => (claim(`expect: { message: {}${terms} }`) as { count: unknown }).count
    const beat = 'every: { of: 1s, tolerance: 10ms }'
    expect([
      count(', count: 3'),
      count(', count: 0'),
      count(', count: { max: 2 }'),
      count(`, count: { min: 4 }, ${beat}`),
      count(`, ${beat}`),
      count(''),
    ]).toEqual([
      { min: 3, max: 3 },
      { min: 0, max: 0 },
      { min: 0, max: 2 },
      { min: 4, max: Number.POSITIVE_INFINITY },
      { min: 2, max: Number.POSITIVE_INFINITY },
      null,
    ])
  })

  it('anchors', () => {
    const after = (anchor: string) => (claim(`expect: { message: {}, after: "${anchor}" }`) as { after: unknown }).after
    expect(['start', 'a', 'a.start', 'a.end', 'last-packet-from:blue', 'boot:green'].map(after)).toEqual([
      { kind: 'start' },
      { kind: 'step', id: 'a', edge: 'start' },
      { kind: 'step', id: 'a', edge: 'start' },
      { kind: 'step', id: 'a', edge: 'end' },
      { kind: 'last-packet-from', device: 'blue' },
      { kind: 'boot', device: 'green' },
    ])
    expect(claim('expect: { message: {}, since: start }')).toMatchObject({ after: { kind: 'start' }, sinceStart: true })
  })

  it('running: a never that the call ends, for the window, 5 s by default', () => {
    expect(claim('expect: { call: { id: a, running: true }, within: 2s }')).toMatchObject({
      kind: 'never',
      window: 2000,
      started: 'a',
    })
    expect(claim('expect: { call: { id: a, running: true } }')).toMatchObject({ kind: 'never', window: 5000 })
  })

  it('groups', () => {
    const want = (words: string) => claim(`expect: { ${words} }`).want
    const two = '[{ message: {} }, { socket: { from: blue, event: reset } }]'
    expect(
      ['all', 'sequence', 'any'].map((word) => want(`${word}: ${two}`)).map((w) => [w.mode, w.patterns.length]),
    ).toEqual([
      ['all', 2],
      ['sequence', 2],
      ['any', 2],
    ])
  })

  it('always: to the end, for a time, or until a step of any place', () => {
    const text = withSteps(
      '  - { id: a, ping: blue }\n  - { id: b, expect: { message: {} } }',
      'always:\n  - never: { message: {} }\n  - never: { message: {}, for: 2s }\n  - never: { message: {}, until: b.end }\n  - never: { message: {}, until: "boot:blue" }',
    )
    expect(planFrom(text).always.map((step) => claimOf(step))).toMatchObject([
      { window: null, until: null },
      { window: 2000, until: null },
      { window: null, until: { id: 'b', edge: 'end' } },
      { window: null, until: { kind: 'boot', device: 'blue' } },
    ])
  })
})

test('no plan comes out of a text with an error, though other combinations of its matrix are right', () => {
  const { plans, diagnostics } = compiled(
    withSteps('  - publish: { device: blue, topic: t, payload: a, qos: "${{ matrix.q }}" }', 'matrix: { q: [1, 3] }'),
  )
  expect([plans.length, diagnostics.all.map((d) => d.code)]).toEqual([0, ['scenario/qos']])
})

test('a row that binds devices is called as on the command line', () => {
  const matrix = 'matrix: { qos: [1], bind: [{ blue: minimqtt }, { blue: umqtt.robust, green: mqttjs }] }'
  const plans = plansOf(withSteps('  - delay: 1ms', matrix))
  expect(plans.map((p) => p.variant)).toEqual([
    'qos=1, bind blue=minimqtt',
    'qos=1, bind blue=umqtt.robust green=mqttjs',
  ])
})

describe('an axis of the matrix that no expression uses', () => {
  const warned = (text: string): unknown =>
    complaints(text).map(({ code, severity, at }) => [code, severity, at.line, at.column])

  it('is a warning at its name, once for all rows, and the scenario runs', () => {
    const text = withSteps('  - delay: "${{ matrix.gap }}"', 'matrix: { gap: [1ms, 2ms], other: [1, 2] }')
    expect(warned(text)).toEqual([['scenario/unused-axis', 'warning', 6, 28]])
    expect(plansOf(text)).toHaveLength(4)
  })

  it.each([
    ['a member of it', '  - delay: "${{ matrix.m.gap }}"', 'matrix: { m: [{ gap: 1ms }] }'],
    ['in the head', '  - delay: 1ms', 'timeout: "${{ matrix.limit }}"\nmatrix: { limit: [10s] }'],
    ['by a variable', '  - delay: "${{ vars.gap }}"', 'vars: { gap: "${{ matrix.gap }}" }\nmatrix: { gap: [1ms] }'],
    ['in a condition', '  - if: "${{ matrix.on }}"\n    delay: 1ms', 'matrix: { on: [true, false] }'],
    ['as a binding', '  - delay: 1ms', 'matrix: { bind: [{ blue: minimqtt }] }'],
  ])('is used: %s', (_, steps, head) => {
    expect(warned(withSteps(steps, head))).toEqual([])
  })

  it('is not used by a text that is no expression', () => {
    expect(warned(withSteps('  - delay: 1ms', 'description: matrix.gap\nmatrix: { gap: [1ms] }'))).toHaveLength(1)
  })
})

describe('a regular expression that a text can keep busy', () => {
  const warned = (line: string): unknown =>
    complaints(withSteps(`  - expect: { serial: { device: blue, line: '${line}' } }`)).map((d) => [d.code, d.severity])

  it('is a warning, and the scenario runs', () => {
    expect(warned('/^(a+)+$/')).toEqual([['scenario/slow-regex', 'warning']])
  })

  it('is none when it is fast, though it has a repetition in a repetition', () => {
    expect(warned('/^(\\w+\\s)+$/')).toEqual([])
  })
})
