import fc from 'fast-check'
import { expect, it } from 'vitest'
import { matches } from '../../mqtt/topic.ts'
import { TopicMatcher } from './matcher.ts'

const level = fc.constantFrom('a', 'b', '', '$a')
const topics = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'))
const filters = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, rest]) => [...levels, ...(rest ? ['#'] : [])].join('/'))

it('matches what the rules of MQTT match', () => {
  fc.assert(
    fc.property(fc.uniqueArray(filters), topics, (all, topic) => {
      const matcher = new TopicMatcher<string>()
      for (const filter of all) matcher.set(filter, filter)
      expect([...matcher.matches(topic)].sort()).toEqual(all.filter((filter) => matches(filter, topic)).sort())
    }),
  )
})

it('forgets what is taken out, and nothing else', () => {
  const matcher = new TopicMatcher<string>()
  for (const filter of ['a', 'a/b', 'a/b/c', '#']) matcher.set(filter, filter)
  matcher.delete('a/b')
  expect([...matcher.matches('a/b')]).toEqual(['#'])
  expect([...matcher.matches('a/b/c')]).toEqual(['a/b/c', '#'])
  matcher.delete('a/b') // only leads to another one by now
  matcher.delete('a/b/c')
  expect(() => matcher.delete('a/b')).toThrow(expect.objectContaining({ type: 'KeyError' }))
  expect([...matcher.matches('a')]).toEqual(['a', '#'])
})

it('holds one content a filter', () => {
  const matcher = new TopicMatcher<number>()
  matcher.set('a', 1)
  matcher.set('a', 2)
  expect([...matcher.matches('a')]).toEqual([2])
})
