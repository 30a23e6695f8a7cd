import { expect, it } from 'vitest'
import { matches, sharedSubscription, topicFilterFault, topicNameFault } from './topic.ts'

it.each([
  ['sport/tennis/player1/#', 'sport/tennis/player1', true],
  ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true],
  ['sport/#', 'sport', true],
  ['#', 'a/b', true],
  ['sport/tennis/+', 'sport/tennis/player1', true],
  ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
  ['sport/+', 'sport', false],
  ['sport/+', 'sport/', true],
  ['+/+', '/finance', true],
  ['/+', '/finance', true],
  ['+', '/finance', false],
  ['a/b', 'a/b', true],
  ['a/b', 'a/B', false],
  ['a/b', 'a/b/c', false],
  ['a//b', 'a//b', true],
  ['#', '$SYS/uptime', false],
  ['+/uptime', '$SYS/uptime', false],
  ['$SYS/#', '$SYS/uptime', true],
  ['$SYS/+', '$SYS/uptime', true],
  ['a/$x', 'a/$x', true],
  ['+/$x', 'a/$x', true],
])('%s and %s: %s', (filter, topic, expected) => {
  expect(matches(filter, topic)).toBe(expected)
})

it('tells topic names from filters', () => {
  for (const good of ['a', '/', 'a b', 'ä/ü', '$SYS']) expect(topicNameFault(good)).toBeNull()
  for (const good of ['#', '+', 'a/+/b', 'a/#', '+/+/#', '/']) expect(topicFilterFault(good)).toBeNull()
  for (const bad of ['', 'a/#/b', 'a#', 'a/b#', '#/a', 'a+', 'a/b+/c', '\0'])
    expect(topicFilterFault(bad)).not.toBeNull()
  for (const bad of ['', 'a/+', '#', 'a\0', 'x'.repeat(65_536)]) expect(topicNameFault(bad)).not.toBeNull()
})

it('knows a shared subscription by its group and its filter', () => {
  expect(sharedSubscription('$share/g/t/#')).toEqual({ group: 'g', filter: 't/#' })
  expect(sharedSubscription('$share/g//')).toEqual({ group: 'g', filter: '/' })
  expect(sharedSubscription('$queue/t/+')).toEqual({ group: '', filter: 't/+' })
  for (const other of ['t/#', '$share', '$share/g', '$share/g/', '$share//t', '$share/+/t', '$shared/g/t', '$queue/'])
    expect(sharedSubscription(other)).toBe(null)
})
