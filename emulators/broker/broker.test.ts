import { describe, expect, it } from 'vitest'
import { Bench, payloads, type TestClient } from './testing.ts'

const connected = (bench: Bench, id: string, fields: object = {}): TestClient => {
  const client = bench.client(id, fields)
  expect(client.one()).toMatchObject({ cmd: 'connack', reasonCode: 0 })
  return client
}

describe('CONNACK', () => {
  it('says what the broker limits, and nothing else', () => {
    expect(new Bench().client('a').one()).toMatchObject({
      reasonCode: 0,
      sessionPresent: false,
      properties: { topicAliasMaximum: 10 },
    })
    const bench = new Bench({
      receiveMaximum: 3,
      maximumQos: 1,
      retainAvailable: false,
      maximumPacketSize: 1000,
      topicAliasMaximum: 0,
      wildcardSubscriptionAvailable: false,
      subscriptionIdentifierAvailable: false,
      sharedSubscriptionAvailable: false,
      serverKeepAlive: 7,
      sessionExpiryMaximum: 60,
      responseInformation: 'answers/',
    })
    const properties = { sessionExpiryInterval: 100, requestResponseInformation: true }
    expect(bench.client('', { properties }).one().properties).toEqual({
      sessionExpiryInterval: 60,
      receiveMaximum: 3,
      maximumQoS: 1,
      retainAvailable: false,
      maximumPacketSize: 1000,
      assignedClientIdentifier: 'assigned-0',
      wildcardSubscriptionAvailable: false,
      subscriptionIdentifiersAvailable: false,
      sharedSubscriptionAvailable: false,
      serverKeepAlive: 7,
      responseInformation: 'answers/',
    })
    expect(bench.client('b').one().properties).not.toHaveProperty('responseInformation')
  })

  it('sends to another server, and closes', () => {
    const bench = new Bench({ redirect: { to: 'elsewhere:1883', how: 'moved' } })
    const client = bench.client('a')
    expect(client.one()).toMatchObject({ reasonCode: 0x9d, properties: { serverReference: 'elsewhere:1883' } })
    expect(client.ended).toBe('fin')
  })

  it.each([
    ['an unknown level', { protocolVersion: 4, protocolId: 'MQTT' }, '10 0d 0004 4d515454 7f 02 0000 00 0000', 0x84],
    ['receive maximum 0', {}, '10 10 0004 4d515454 05 02 0000 03 210000 0000', 0x82],
    ['a property twice', {}, '10 13 0004 4d515454 05 02 0000 06 210001 210002 0000', 0x82],
    ['a property of PUBLISH', {}, '10 10 0004 4d515454 05 02 0000 03 230001 0000', 0x82],
    ['data without a method', {}, '10 11 0004 4d515454 05 02 0000 04 16000161 0000', 0x82],
  ])('refuses %s', (_, __, hex, code) => {
    const client = new Bench().client()
    client.bytes(hex)
    if (code === 0x84) {
      expect(client.ended).toBe('fin')
      return
    }
    expect(client.one()).toMatchObject({ cmd: 'connack', reasonCode: code, sessionPresent: false })
    expect(client.ended).toBe('fin')
  })
})

describe('sessions', () => {
  it('last as long as their expiry says, to the millisecond', () => {
    const bench = new Bench()
    const properties = { sessionExpiryInterval: 2 }
    connected(bench, 'a', { properties }).cut()
    bench.waitMs(1999)
    const back = bench.client('a', { clean: false, properties })
    expect(back.one()).toMatchObject({ sessionPresent: true })
    back.cut()
    bench.waitMs(2001)
    expect(bench.client('a', { clean: false, properties }).one()).toMatchObject({ sessionPresent: false })
  })

  it('have another expiry by DISCONNECT, but for those that had none', () => {
    const bench = new Bench()
    const client = connected(bench, 'a', { properties: { sessionExpiryInterval: 2 } })
    client.send({ cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 100 } })
    bench.wait(50)
    expect(bench.client('a', { clean: false }).one()).toMatchObject({ sessionPresent: true })
    const other = connected(bench, 'b')
    other.send({ cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 1 } })
    expect(other.one()).toMatchObject({ cmd: 'disconnect', reasonCode: 0x82 })
  })

  it('are taken over, and the old connection is told', () => {
    const bench = new Bench()
    const first = connected(bench, 'a')
    connected(bench, 'a')
    expect(first.one()).toMatchObject({ cmd: 'disconnect', reasonCode: 0x8e })
    expect(first.ended).toBe('fin')
  })
})

describe('wills', () => {
  const will = (fields: object = {}) => ({
    will: { topic: 'w', payload: Buffer.from('gone'), qos: 0, retain: false, ...fields },
  })
  const watched = (bench: Bench): TestClient => {
    const watch = connected(bench, 'watch')
    watch.subscribe('w')
    return watch
  }
  const delayed = { ...will({ properties: { willDelayInterval: 3 } }), properties: { sessionExpiryInterval: 10 } }

  it('wait for their delay', () => {
    const bench = new Bench()
    const watch = watched(bench)
    connected(bench, 'a', delayed).cut()
    bench.waitMs(2999)
    expect(watch.take()).toEqual([])
    bench.waitMs(1)
    expect(payloads(watch.take())).toEqual(['gone'])
  })

  it('come when the session ends before, and not when it goes on', () => {
    const bench = new Bench()
    const watch = watched(bench)
    connected(bench, 'a', { ...delayed, properties: { sessionExpiryInterval: 1 } }).cut()
    bench.wait(1)
    expect(payloads(watch.take())).toEqual(['gone'])
    connected(bench, 'a', delayed).cut()
    bench.wait(2)
    const back = bench.client('a', { clean: false, properties: { sessionExpiryInterval: 10 } })
    expect(back.one()).toMatchObject({ sessionPresent: true })
    bench.wait(20)
    expect(watch.take()).toEqual([])
  })

  it('come at once when a clean start ends the session', () => {
    const bench = new Bench()
    const watch = watched(bench)
    connected(bench, 'a', delayed).cut()
    connected(bench, 'a')
    expect(payloads(watch.take())).toEqual(['gone'])
  })

  it.each([
    [0, []],
    [4, ['gone']],
  ])('DISCONNECT %i', (reasonCode, heard) => {
    const bench = new Bench()
    const watch = watched(bench)
    connected(bench, 'a', will()).send({ cmd: 'disconnect', reasonCode })
    expect(payloads(watch.take())).toEqual(heard)
  })
})

describe('messages', () => {
  it('expire while they wait, and say what is left', () => {
    const bench = new Bench()
    const properties = { sessionExpiryInterval: 100 }
    const client = connected(bench, 'a', { properties })
    client.subscribe('t', { qos: 1 })
    client.cut()
    const publisher = connected(bench, 'p')
    publisher.publish('t', 'short', { properties: { messageExpiryInterval: 1 }, qos: 1, messageId: 1 })
    publisher.publish('t', 'long', { properties: { messageExpiryInterval: 10 }, qos: 1, messageId: 2 })
    bench.wait(3)
    const back = bench.client('a', { clean: false, properties })
    const [, ...messages] = back.take()
    expect(messages).toMatchObject([{ topic: 't', properties: { messageExpiryInterval: 7 } }])
    expect(payloads(messages)).toEqual(['long'])
  })

  it('carry user properties in their order', () => {
    const bench = new Bench()
    const client = connected(bench, 'a')
    client.subscribe('t')
    // b=1, a=2, b=3
    client.bytes('30 19 0001 74 15 26 0001 62 0001 31 26 0001 61 0001 32 26 0001 62 0001 33')
    const [message] = client.take()
    expect(Buffer.from(message.payload)).toHaveLength(0)
    expect(message.properties.userProperties).toEqual({ b: ['1', '3'], a: '2' })
  })

  it('come with the identifiers of all subscriptions that fit', () => {
    const bench = new Bench()
    const client = connected(bench, 'a')
    client.subscribe('a/#', { qos: 1 }, { subscriptionIdentifier: 7 })
    client.subscribe('a/+', {}, { subscriptionIdentifier: 300 })
    client.publish('a/b', 'x', { qos: 1, messageId: 5 })
    const message = client.take().find(({ cmd }) => cmd === 'publish')
    expect(message).toMatchObject({ qos: 1, properties: { subscriptionIdentifier: [7, 300] } })
  })

  it('are not heard by who does not want its own, and keep RETAIN for who asks', () => {
    const bench = new Bench()
    const client = connected(bench, 'a')
    const other = connected(bench, 'b')
    client.subscribe('t', { nl: true })
    other.subscribe('t', { rap: true })
    client.publish('t', 'x', { retain: true })
    expect(client.take()).toEqual([])
    expect(other.one()).toMatchObject({ retain: true })
  })

  it.each([
    [0, ['kept'], ['kept']],
    [1, ['kept'], []],
    [2, [], []],
  ])('retain handling %i', (rh, first, again) => {
    const bench = new Bench()
    const client = connected(bench, 'a')
    client.publish('t', 'kept', { retain: true })
    expect(payloads(client.subscribe('t', { rh }))).toEqual(first)
    expect(payloads(client.subscribe('t', { rh }))).toEqual(again)
  })

  it('are as many as the receive maximum, and each acknowledgement frees one', () => {
    const bench = new Bench()
    const client = connected(bench, 'a', { properties: { receiveMaximum: 2 } })
    client.subscribe('t', { qos: 2 })
    for (let k = 1; k <= 5; k++) client.publish('t', `${k}`, { qos: 1, messageId: k })
    const got = client.take().filter(({ cmd }) => cmd === 'publish')
    expect(payloads(got)).toEqual(['1', '2'])
    client.send({ cmd: 'puback', messageId: got[0].messageId, reasonCode: 0 })
    expect(payloads(client.take())).toEqual(['3'])
  })

  it('more than the broker takes unreleased end the connection with 0x93', () => {
    const client = connected(new Bench({ receiveMaximum: 1 }), 'a')
    client.publish('t', '1', { qos: 2, messageId: 1 })
    client.publish('t', '2', { qos: 2, messageId: 2 })
    expect(client.take()).toMatchObject([{ cmd: 'pubrec' }, { cmd: 'disconnect', reasonCode: 0x93 }])
  })

  it('that are too large for the client are spared it', () => {
    const bench = new Bench()
    const client = connected(bench, 'a', { properties: { maximumPacketSize: 60 } })
    client.subscribe('t', { qos: 1 })
    const publisher = connected(bench, 'p')
    publisher.publish('t', 'x'.repeat(60), { qos: 1, messageId: 1 })
    publisher.publish('t', 'small', { qos: 1, messageId: 2 })
    expect(publisher.take()).toMatchObject([{ reasonCode: 0 }, { reasonCode: 0 }])
    expect(payloads(client.take())).toEqual(['small'])
  })

  it('too large for the broker end the connection with 0x95', () => {
    const client = connected(new Bench({ maximumPacketSize: 50 }), 'a')
    client.publish('t', 'x'.repeat(60))
    expect(client.one()).toMatchObject({ cmd: 'disconnect', reasonCode: 0x95 })
  })
})

it('takes the filters of an UNSUBSCRIBE one after the other, as if each came alone [MQTT-3.10.4-6]', () => {
  const client = connected(new Bench(), 'a')
  for (const filter of ['t', 'u', 'v']) client.subscribe(filter)
  client.inbox.length = 0
  client.send({ cmd: 'unsubscribe', messageId: 9, unsubscriptions: ['t', 'x', 'u', 't', 'u'] })
  expect(client.one()).toMatchObject({ cmd: 'unsuback', messageId: 9, granted: [0, 17, 0, 17, 17] })
})

describe('topic aliases', () => {
  it('of a client stand for its topics', () => {
    const bench = new Bench()
    const client = connected(bench, 'a')
    client.subscribe('#')
    client.publish('one', '1', { properties: { topicAlias: 1 } })
    client.publish('two', '2', { properties: { topicAlias: 10 } })
    client.publish('', '3', { properties: { topicAlias: 1 } })
    client.publish('', '4', { properties: { topicAlias: 10 } })
    expect(client.take().map(({ topic, payload }) => `${topic} ${payload}`)).toEqual([
      'one 1',
      'two 2',
      'one 3',
      'two 4',
    ])
  })

  it.each([
    ['above the maximum', { topic: 't', alias: 11 }, 0x94],
    ['of no topic yet', { topic: '', alias: 3 }, 0x82],
  ])('%s end the connection', (_, { topic, alias }, code) => {
    const client = connected(new Bench(), 'a')
    client.publish(topic, 'x', { properties: { topicAlias: alias } })
    expect(client.one()).toMatchObject({ cmd: 'disconnect', reasonCode: code })
  })

  it('of the broker are as many as the client allows', () => {
    const bench = new Bench()
    const client = connected(bench, 'a', { properties: { topicAliasMaximum: 1 } })
    client.subscribe('#')
    for (const topic of ['one', 'two', 'one']) client.publish(topic, 'x')
    expect(client.take().map(({ topic, properties }) => [topic, properties?.topicAlias])).toEqual([
      ['one', 1],
      ['two', undefined],
      ['', 1],
    ])
  })
})

describe('shared subscriptions', () => {
  it('give each message to one member of each group, and to others as well', () => {
    const bench = new Bench()
    const members = ['a', 'b'].map((id) => connected(bench, id))
    for (const member of members) member.subscribe('$share/g/t', { qos: 1 })
    const other = connected(bench, 'other')
    other.subscribe('$share/h/t')
    const plain = connected(bench, 'plain')
    plain.subscribe('t')
    for (let k = 0; k < 6; k++) plain.publish('t', `${k}`, { qos: 1, messageId: k + 1 })
    const heard = members.map((member) => payloads(member.take()))
    expect(heard.flat().sort()).toEqual(['0', '1', '2', '3', '4', '5'])
    expect(heard.map(({ length }) => length)).toEqual([3, 3])
    expect(payloads(other.take())).toHaveLength(6)
    expect(payloads(plain.take())).toHaveLength(6)
  })

  it('may not have no local', () => {
    const client = connected(new Bench(), 'a')
    expect(client.subscribe('$share/g/t', { nl: true })).toMatchObject([{ cmd: 'disconnect', reasonCode: 0x82 }])
  })
})

describe('enhanced authentication', () => {
  const settings = { authentication: { method: 'toy', challenge: 'who?', proof: 'me' } }
  const asking = (bench: Bench): TestClient => {
    const client = bench.client('a', { properties: { authenticationMethod: 'toy' } })
    expect(client.one()).toMatchObject({
      cmd: 'auth',
      reasonCode: 0x18,
      properties: { authenticationMethod: 'toy', authenticationData: Buffer.from('who?') },
    })
    return client
  }
  const answer = (client: TestClient, proof: string, method = 'toy', reasonCode = 0x18): void =>
    client.send({
      cmd: 'auth',
      reasonCode,
      properties: { authenticationMethod: method, authenticationData: Buffer.from(proof) },
    })

  it('lets in who knows the answer, now and again', () => {
    const client = asking(new Bench(settings))
    answer(client, 'me')
    expect(client.one()).toMatchObject({ cmd: 'connack', reasonCode: 0, properties: { authenticationMethod: 'toy' } })
    answer(client, '', 'toy', 0x19)
    expect(client.one()).toMatchObject({ cmd: 'auth', reasonCode: 0x18 })
    client.publish('t', 'meanwhile', { qos: 1, messageId: 1 })
    expect(client.one()).toMatchObject({ cmd: 'puback' })
    answer(client, 'me')
    expect(client.one()).toMatchObject({ cmd: 'auth', reasonCode: 0 })
    answer(client, '', 'other', 0x19)
    expect(client.one()).toMatchObject({ cmd: 'disconnect', reasonCode: 0x82 })
  })

  it('refuses who does not, and methods that it does not know', () => {
    const client = asking(new Bench(settings))
    answer(client, 'you')
    expect(client.one()).toMatchObject({ cmd: 'connack', reasonCode: 0x87 })
    expect(client.ended).toBe('fin')
    const other = new Bench(settings).client('a', { properties: { authenticationMethod: 'SCRAM' } })
    expect(other.one()).toMatchObject({ cmd: 'connack', reasonCode: 0x8c })
  })

  it('takes nothing but AUTH before CONNACK', () => {
    const client = asking(new Bench(settings))
    client.send({ cmd: 'pingreq' })
    expect(client.take()).toEqual([])
    expect(client.ended).toBe('fin')
  })
})

describe('the keep alive', () => {
  it.each([
    ['is the client’s', {}, 4],
    ['is the server’s', { serverKeepAlive: 2 }, 2],
  ])('%s', (_, settings, seconds) => {
    const bench = new Bench(settings)
    const client = connected(bench, 'a', { keepalive: 4 })
    bench.waitMs(seconds * 1500 - 1)
    expect(client.take()).toEqual([])
    bench.waitMs(1)
    expect(client.one()).toMatchObject({ cmd: 'disconnect', reasonCode: 0x8d })
  })
})

describe('words about a result', () => {
  it('go with each answer, as far as the client wants and takes them', () => {
    const bench = new Bench({ talkative: true })
    const client = bench.client('a')
    expect(client.one().properties).toMatchObject({
      reasonString: expect.any(String),
      userProperties: { broker: 'reference' },
    })
    client.publish('t', 'x', { qos: 1, messageId: 1 })
    expect(client.one().properties).toMatchObject({ reasonString: expect.any(String) })
    const quiet = bench.client('b', { properties: { requestProblemInformation: false } })
    quiet.take()
    quiet.publish('t', 'x', { qos: 1, messageId: 1 })
    expect(quiet.one().properties).toBeUndefined()
    const small = bench.client('c', { properties: { maximumPacketSize: 20 } })
    expect(small.one().properties).toEqual({ topicAliasMaximum: 10 })
  })
})

describe('a client of 3.1.1', () => {
  it('hears what one of 5 publishes, and the other way round', () => {
    const bench = new Bench()
    const old = bench.client('old', { protocolVersion: 4 })
    expect(old.one()).toMatchObject({ cmd: 'connack', returnCode: 0 })
    const five = connected(bench, 'five')
    old.subscribe('t', { qos: 1 })
    five.subscribe('t', { qos: 1 })
    five.publish('t', 'from 5', { qos: 1, messageId: 1, properties: { contentType: 'text' } })
    expect(payloads(old.take())).toEqual(['from 5'])
    five.take()
    old.publish('t', 'from 4')
    expect(payloads(five.take())).toEqual(['from 4'])
  })
})
