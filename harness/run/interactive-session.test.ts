// The rig: a scenario that is made up as it goes along. What devices and claims do is tested where they are; here is what
// is the rig's own, that it starts nothing unasked, tells of a broker's death, and gives everything back.

import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { milliseconds, Problem, seconds } from '../../emulators/index.ts'
import { type Broker, brokers } from '../brokers/index.ts'
import { InteractiveSession } from './interactive-session.ts'

function rig(
  openBroker: () => Promise<Broker> = () => brokers.aedes.open(),
  signal = new AbortController().signal,
): InteractiveSession {
  return new InteractiveSession({
    file: 'x.test.ts',
    openBroker,
    broker: { name: 'aedes', keepaliveSlack: milliseconds(50) },
    observe: ['#'],
    seed: 7,
    timeout: seconds(5),
    signal,
  })
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })

describe('a rig', () => {
  it('starts no broker that nobody asks for, and one for all who do', async () => {
    let opened = 0
    const open = (): Promise<Broker> => {
      opened++
      return brokers.aedes.open()
    }
    {
      await using idle = rig(open)
      expect(idle.timeline.events).toEqual([])
    }
    expect(opened).toBe(0)
    await using used = rig(open)
    await Promise.all([used.broker(), used.observer(), used.link('a'), used.device('b', { use: 'umqtt.simple' })])
    expect(opened).toBe(1)
  })

  it('gives back broker and links, also under a step that goes on', async () => {
    const used = rig()
    const { port } = await used.broker()
    const link = await used.device('blue', { use: 'umqtt.simple' })
    await used.perform({ connect: 'blue' })
    let settled = false
    const step = used.perform({ wait: 'blue' }).finally(() => {
      settled = true
    })
    void step
    expect(await Promise.all([listens(port), listens(link.port)])).toEqual([true, true])
    await used[Symbol.asyncDispose]()
    expect(await Promise.all([listens(port), listens(link.port)])).toEqual([false, false])
    expect(settled).toBe(false)
  })

  it('judges in words of scenarios, on one timeline, and tells of what is wrong with them', async () => {
    await using used = rig()
    await used.device('blue', { use: 'umqtt.simple' })
    await used.perform({ connect: 'blue' })
    const mark = used.mark()
    const puback = { packet: { to: 'blue', type: 'puback' } }
    expect(await used.perform({ publish: { device: 'blue', topic: 't', payload: 'a', qos: 1 } })).toMatchObject({
      outcome: 'passed',
      path: '2',
    })
    expect(await used.perform({ expect: { ...puback, after: mark, within: '1s' } })).toMatchObject({
      outcome: 'passed',
    })
    expect(await used.perform({ never: { packet: { from: 'blue' }, for: '20ms' } })).toMatchObject({
      outcome: 'passed',
    })
    const late = await used.perform({ expect: { ...puback, after: `${mark}.end`, between: ['3s', '4s'] } })
    expect(late).toMatchObject({
      outcome: 'failed',
      verdict: { kind: 'fail', got: expect.stringMatching(/^too early/) },
    })
    for (const [words, code] of [
      [{ expect: { packet: { to: 'green' } } }, 'scenario/unknown-device'],
      [{ expect: { ...puback, after: 'mark9' } }, 'scenario/unknown-anchor'],
      [{ expect: { ...puback, within: 300 } }, 'scenario/bare-number'],
      [{ publsh: {} }, 'scenario/unknown-step'],
    ] as const)
      await expect(used.perform(words as never)).rejects.toMatchObject({ code })
    await expect(used.device('blue', { use: 'raw' })).rejects.toMatchObject({ code: 'scenario/duplicate-key' })
    await expect(used.device('red', { use: 'umqtt.simple', with: { keepaliv: '3s' } })).rejects.toMatchObject({
      code: 'scenario/unknown-option',
      hint: 'did you mean "keepalive"?',
    })
  })

  it('the observer tells properties where the broker has MQTT 5, and a claim on them is refused where it has not', async () => {
    const claim = { expect: { message: { topic: 't', properties: { userProperty: { unit: 'C' } } }, since: 'start' } }
    const publish = { publish: { device: 'blue', topic: 't', payload: '21' } }
    {
      await using used = rig(() => brokers.reference.open())
      await used.observer()
      await used.device('blue', { use: 'mqttjs', protocol: 5 })
      await used.perform({ connect: 'blue' })
      await used.perform({
        publish: { ...publish.publish, properties: { contentType: 'text', userProperty: { unit: 'C' } } },
      })
      expect(await used.perform(claim)).toMatchObject({ outcome: 'passed' })
      expect(used.timeline.events.find(({ kind }) => kind === 'message')).toMatchObject({
        properties: { contentType: 'text', userProperty: [['unit', 'C']] },
      })
    }
    await using old = rig()
    await old.observer()
    await old.device('blue', { use: 'mqttjs' })
    await old.perform({ connect: 'blue' })
    await old.perform(publish)
    await expect(old.perform(claim)).rejects.toMatchObject({ code: 'scenario/needs-mqtt5' })
    expect(await old.perform({ expect: { message: { topic: 't' }, since: 'start' } })).toMatchObject({
      outcome: 'passed',
    })
  })

  it('a password that a device has is in no record', async () => {
    await using used = rig()
    await used.device('blue', { use: 'umqtt.simple', with: { user: 'me', password: 'not to be seen' } })
    await used.perform({ connect: 'blue' })
    expect(used.timeline.events.some(({ kind }) => kind === 'packet')).toBe(true)
    expect(JSON.stringify(used.timeline.events)).not.toContain('not to be seen')
  })

  it('whoever waits when the broker dies is told of its death, and so is whoever comes after', async () => {
    let die: (death: Problem) => void = () => {}
    const mortal = async (): Promise<Broker> => {
      const broker = await brokers.aedes.open()
      const onDeath: Broker['onDeath'] = (listener) => {
        die = listener
        return () => {}
      }
      return new Proxy(broker, {
        get(target, key) {
          if (key === 'onDeath') return onDeath
          const value = Reflect.get(target, key, target)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    }
    await using used = rig(mortal)
    await used.device('blue', { use: 'umqtt.simple' })
    const waits = used.perform({ expect: { packet: { from: 'blue', type: 'connect' } } })
    const told = expect(waits).rejects.toMatchObject({ code: 'broker/died' })
    die(new Problem('broker/died', 'it died'))
    await told
    await expect(used.perform({ delay: '10ms' })).rejects.toMatchObject({ code: 'broker/died' })
  })
})
