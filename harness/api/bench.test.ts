import { expect, test } from 'vitest'
import { Problem } from '../../emulators/index.ts'
import type { Event } from '../evidence/index.ts'
import { obstacleIn } from './bench.ts'

const AT = '192.168.4.1:1883'
const said = (line: string) => ({ kind: 'serial', device: 'dut', stream: 'out', line })
const connected = { kind: 'socket', device: 'dut', change: 'connected', by: 'device' }
const connect = { kind: 'packet', device: 'dut', direction: 'up', packet: { type: 'connect' } }
const raised = { kind: 'call', state: 'raised', error: { type: 'CommandFailed', args: ['ERROR 3'] } }
const told = (events: readonly object[], problem: Problem | null = null, skip: string | null = null): string => {
  const finding = obstacleIn(events as readonly Event[], AT, skip, problem)
  return typeof finding === 'object' && finding !== null ? finding.trouble : String(finding)
}

test('a CONNECT at the link is the proof, whatever came of it', () => {
  expect(told([connected, connect, raised])).toBe('ok')
})

test.each<[string, string]>([
  [told([connected, said('up')]), `it opens a TCP connection to ${AT}, and sends no CONNECT; its console says "up"`],
  [told([raised]), `nothing comes from it to ${AT}; its connect command failed: ERROR 3; its console says nothing`],
  [told(['a', 'b', '', 'c', 'd'].map(said)), `nothing comes from it to ${AT}; its console says "b", "c", "d"`],
  [told([], new Problem('board/held', 'the board is held by ada')), 'the board is held by ada'],
  [told([], null, 'no connect command'), 'it was not asked: no connect command'],
])('%s', (trouble, wanted) => expect(trouble).toBe(wanted))
