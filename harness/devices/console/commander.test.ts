// Calls as lines: what is typed, which line answers which call, and what becomes of calls when the firmware starts again.

import { expect, it } from 'vitest'
import { realClock } from '../../../emulators/index.ts'
import { Timeline } from '../../evidence/index.ts'
import { Commander } from './commander.ts'
import type { CommandWords } from './commands-shape.ts'

function commander(words: CommandWords, more: { options?: Record<string, string | number>; will?: never } = {}) {
  const clock = realClock()
  const recorder = new Timeline(clock)
  const typed: string[] = []
  const bugs: unknown[] = []
  const made = new Commander(
    { words, verbs: new Set(Object.keys(words)), options: more.options ?? {}, will: null, level: null },
    { name: 'dut', recorder, clock, onBug: (bug) => bugs.push(bug) },
    (line) => typed.push(line),
  )
  const calls = () => recorder.events.filter((e) => e.kind === 'call' && e.state !== 'started')
  return { made, typed, bugs, calls, settled: () => new Promise((resolve) => setImmediate(resolve)) }
}

const publish = (topic: string, payload: string | Uint8Array) =>
  ({ verb: 'publish', topic, payload: Buffer.from(payload), qos: 1, retain: undefined }) as const

it('types what the call says, in the form that the command asks for', async () => {
  const { made, typed, settled } = commander(
    {
      connect: { send: 'c {name} {clean} {keepalive} {username:json} {password:json} {will.topic:json} {other}' },
      publish: { send: 'p {topic:json} {payload:hex} {qos} {retain}' },
      subscribe: { send: 's {topic} {qos}' },
      unsubscribe: { send: 'u {topics:json}' },
    },
    { options: { keepalive: 5, username: 'me "x"' } },
  )
  made.call('1', { verb: 'connect', clean: undefined })
  made.call('2', publish('a/b', Uint8Array.of(0, 255)))
  made.call('3', { verb: 'subscribe', topics: ['a', 'b/#'], qos: 2 })
  made.call('4', { verb: 'unsubscribe', topics: ['a', 'b/#'] })
  await settled()
  expect(typed).toEqual([
    'c dut true 5 "me \\"x\\"" null null {other}',
    'p "a/b" 00ff 1 false',
    's a 2',
    'u ["a","b/#"]',
    's b/# 2',
  ])
})

it('types one line after the other when a command is several, each once the one before was answered', async () => {
  const { made, typed, calls, settled } = commander({
    publish: {
      send: 'AT+PUB="{topic}",{payload.length}',
      until: '>',
      fails: 'ERROR',
      next: [{ send: '{payload}', until: '/^\\+PUB: (\\d)$/', fails: '/BUSY/' }],
    },
  })
  made.call('1', publish('a', 'é1'))
  await settled()
  expect(typed).toEqual(['AT+PUB="a",3'])
  made.heard({ line: '> ', unfinished: true })
  await settled()
  expect(typed).toEqual(['AT+PUB="a",3', 'é1'])
  expect(calls()).toEqual([])
  made.heard('+PUB: 0')
  await settled()
  expect(calls()).toMatchObject([{ id: '1', state: 'returned', value: '0' }])

  made.call('2', publish('a', 'x'))
  await settled()
  made.heard('ERROR')
  await settled()
  expect(typed).toHaveLength(3)
  expect(calls()[1]).toMatchObject({ id: '2', state: 'raised', error: { type: 'CommandFailed', args: ['ERROR'] } })
})

it('types what a call says in MQTT 5', async () => {
  const { made, typed, settled } = commander({
    connect: {
      send: 'c {protocol} {properties.sessionExpiryInterval} {properties.receiveMaximum} {will.properties:json}',
    },
    publish: { send: 'p {properties:json}' },
    subscribe: { send: 's {topic} {noLocal} {retainAsPublished} {retainHandling} {properties.subscriptionIdentifier}' },
    disconnect: { send: 'd {reasonCode}' },
    auth: { send: 'a {reasonCode} {properties.authenticationData:hex}' },
  })
  made.call('1', { verb: 'connect', clean: true, properties: { sessionExpiryInterval: 60 } })
  made.call('2', {
    verb: 'publish',
    topic: 't',
    payload: Buffer.from(''),
    qos: 0,
    retain: false,
    properties: {
      contentType: Uint8Array.of(0x61),
      correlationData: Uint8Array.of(0xff),
      userProperty: { b: '1', a: '2' },
    },
  })
  made.call('3', { verb: 'subscribe', topics: ['t'], qos: 1, noLocal: true, properties: { subscriptionIdentifier: 7 } })
  made.call('4', { verb: 'disconnect', reasonCode: 4 })
  made.call('5', { verb: 'auth', reasonCode: 24, properties: { authenticationData: Uint8Array.of(1, 255) } })
  await settled()
  expect(typed).toEqual([
    'c 3.1.1 60  {}',
    'p {"contentType":"a","correlationData":{"hex":"ff"},"userProperty":[["b","1"],["a","2"]]}',
    's t true false 0 7',
    'd 4',
    'a 24 01ff',
  ])
})

it('gives a line to the oldest call that it answers, and no call to an echo', async () => {
  const { made, calls, settled } = commander({
    publish: { send: 'pub {topic} ok', until: '/{topic} ok(?: (\\d+))?$/', fails: 'no' },
  })
  made.call('one', publish('a.b', ''))
  made.call('two', publish('axb', ''))
  await settled()
  made.heard('> pub a.b ok')
  made.heard('done axb ok 7')
  await settled()
  expect(calls()).toMatchObject([{ id: 'two', state: 'returned', value: '7' }])
  made.heard('no')
  await settled()
  expect(calls()[1]).toMatchObject({ id: 'one', state: 'raised', error: { type: 'CommandFailed', args: ['no'] } })
})

it('types nothing before the firmware listens, and loses what was under way when it starts again', async () => {
  const { made, typed, calls, settled } = commander({ ready: '/^ready/', ping: { send: 'ping', until: 'pong' } })
  made.begins()
  made.call('one', { verb: 'ping' })
  await settled()
  expect(typed).toEqual([])
  made.heard('ready 1.0')
  await settled()
  expect(typed).toEqual(['ping'])
  expect(made.hanging()).toContain('the answer to ping')
  made.begins()
  expect(calls()).toMatchObject([{ id: 'one', state: 'lost' }])
  made.heard('pong')
  await settled()
  expect(calls()).toHaveLength(1)
})

it('does not type what is no line, and says which call it has no command for', async () => {
  const { made, typed, bugs, settled } = commander({ publish: { send: 'pub {payload}' } })
  made.call('one', publish('a', 'two\nlines'))
  made.call('two', publish('a', Uint8Array.of(255)))
  await settled()
  expect(typed).toEqual([])
  expect(bugs).toMatchObject([{ code: 'device/cannot-type' }, { code: 'device/cannot-type' }])
  expect(() => made.call('three', { verb: 'ping' })).toThrow(expect.objectContaining({ code: 'device/no-command' }))
})

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

it('knows an echo by the prompt before it, and an answer that ends as its question is an answer', async () => {
  const { made, calls, settled } = commander({ ping: { send: 'status', until: '/^ok (\\w+)/' } })
  made.call('1', { verb: 'ping' })
  await settled()
  made.heard({ line: 'esp32> ', unfinished: true })
  made.heard({ line: 'esp32> status', seen: 'esp32> ' })
  made.heard('ok status')
  await settled()
  expect(calls()).toMatchObject([{ id: '1', state: 'returned', value: 'status' }])
})

it('takes the words of the question for the answer of a device that does not echo', async () => {
  const { made, calls, settled } = commander({ ping: { send: 'status', until: 'status' } })
  made.call('1', { verb: 'ping' })
  await settled()
  made.heard('status')
  await settled()
  expect(calls()).toEqual([])
  await pause(1100)
  expect(calls()).toMatchObject([{ id: '1', state: 'returned' }])
})

it('waits for the rest of an unfinished line before it takes a value from it', async () => {
  const { made, calls, settled } = commander({ ping: { send: 'rc', until: '/rc=(\\d+)/' } })
  made.call('1', { verb: 'ping' })
  await settled()
  made.heard({ line: 'rc=1', unfinished: true })
  made.heard({ line: 'rc=15', seen: 'rc=1' })
  await settled()
  expect(calls()).toMatchObject([{ id: '1', state: 'returned', value: '15' }])
})

it('gives a line that answered without its end to no other call', async () => {
  const { made, calls, settled } = commander({ ping: { send: 'x', until: 'done' } })
  made.call('1', { verb: 'ping' })
  made.call('2', { verb: 'ping' })
  await settled()
  made.heard({ line: 'done', unfinished: true })
  made.heard({ line: 'done.', seen: 'done' })
  await settled()
  expect(calls()).toMatchObject([{ id: '1' }])
})

it('is ready at a prompt, and some time after it began to listen to a device that runs already', async () => {
  const { made, typed, settled } = commander({ ready: 'uart:~$', ping: { send: 'x' } })
  made.begins()
  made.call('1', { verb: 'ping' })
  await settled()
  expect(typed).toEqual([])
  made.heard({ line: 'uart:~$ ', unfinished: true })
  await settled()
  expect(typed).toEqual(['x'])
  made.begins(true)
  made.call('2', { verb: 'ping' })
  await pause(3200)
  expect(typed).toEqual(['x', 'x'])
})

it('is not ready by a line that came before its board was released from reset', async () => {
  const { made, typed, settled } = commander({ ready: 'ready', ping: { send: 'ping' } })
  made.begins()
  made.heard('ready')
  made.restarts()
  made.call('1', { verb: 'ping' })
  await settled()
  expect(typed).toEqual([])
  made.heard('ready')
  await settled()
  expect(typed).toEqual(['ping'])
})
