import { expect, it } from 'vitest'
import { type ClientName, clients } from '../clients/index.ts'
import { ScriptedBoard } from '../drive/scripted.ts'
import { encode } from '../mqtt/encode.ts'
import { feedWalkthrough } from './feed-walkthrough.ts'

const payload = new TextEncoder().encode('Hello Broker!')

function walk(name: ClientName, options = {}) {
  const feed = [
    encode({ type: 'connack' }),
    encode({ type: 'suback', packetId: 1, granted: [0] }),
    encode({ type: 'publish', topic: 'test/topic', payload }),
    encode({ type: 'unsuback', packetId: 2 }),
  ]
  const board = new ScriptedBoard({ connections: [{ feed: feed.map((data) => ({ data })) }] })
  const context = { client: clients[name], server: 'h', port: 1883, name: 'blue', poll: null, options }
  return { board, end: board.run(feedWalkthrough.program(context)()) }
}

it('prints what every callback of MiniMQTT tells', () => {
  const { board, end } = walk('minimqtt')
  expect(end.kind).toBe('returned')
  expect(board.lines).toEqual([
    'connecting to h',
    'connected: flags 0, rc 0',
    'subscribing to test/topic',
    'subscribed to test/topic: granted QoS 0',
    'publishing to test/topic',
    'published to test/topic: pid 1',
    'unsubscribing from test/topic',
    'message on test/topic: Hello Broker!',
    'unsubscribed from test/topic: pid 2',
    'disconnecting from h',
    'disconnected: rc 0',
  ])
})

it('walks with another library too, which calls nobody back', () => {
  const { board, end } = walk('umqtt.simple')
  expect(end.kind).toBe('returned')
  expect(board.lines).toContain('message on test/topic: Hello Broker!')
  expect(board.lines).toHaveLength(6)
  expect(walk('umqttsimple').end).toMatchObject({ kind: 'raised', error: { type: 'AttributeError' } })
})

it('takes a topic', () => {
  expect(walk('minimqtt', { topic: 'a' }).board.lines).toContain('subscribed to a: granted QoS 0')
  expect(() => walk('minimqtt', { feed: 'a' })).toThrow(expect.objectContaining({ code: 'client/unknown-option' }))
})
