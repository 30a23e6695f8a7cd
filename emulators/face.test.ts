// What `mqtt-hil/emulators` exports is a promise to those who import it: what is added here stays.

import { expect, it } from 'vitest'
import * as face from './face.ts'

const BOARD = [
  ...['openSocket', 'connectSocket', 'closeSocket', 'setBlocking', 'setTimeoutOf', 'socketState', 'poll', 'available'],
  ...['read', 'recv', 'write', 'send', 'sendWithin'],
  ...['now', 'sleep', 'spawn', 'spawnLater', 'stopThread', 'interruptThread', 'currentThread'],
  ...['Signal', 'signal', 'waitFor', 'print', 'randomInt', 'readPin', 'writePin', 'macAddress', 'resetBoard'],
]
const PYTHON = [
  ...['PythonError', 'PyFloat', 'PyTuple', 'tuple', 'osError', 'osErrorWithoutErrno', 'isOSError', 'pyAssert'],
  ...['bind', 'bufferOf', 'len', 'printable', 'repr', 'truthy', 'parseOptions'],
]
const TIME = [
  ...['milliseconds', 'seconds', 'inSeconds', 'instant', 'after', 'before', 'elapsed', 'scale', 'showDuration'],
  ...['realClock', 'VirtualClock', 'seeded'],
]
const DRIVERS = ['startBoard', 'tcpNetwork', 'MemoryNetwork', 'ScriptedBoard']
const PACKETS = [
  ...['Decoder', 'encode', 'REASON_CODES', 'matches', 'sharedSubscription', 'topicFilterFault', 'topicNameFault'],
]
const THINGS = ['Problem', 'SmallBroker', 'clients', 'firmware']

it('exports what an author of a client or a broker can use, and nothing else', () => {
  expect(Object.keys(face).sort()).toEqual([...BOARD, ...PYTHON, ...TIME, ...DRIVERS, ...PACKETS, ...THINGS].sort())
})
