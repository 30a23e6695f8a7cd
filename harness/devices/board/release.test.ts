// A board that is still starting, as the run before has left it, when it is reset: what it says of that start counts
// neither as the start that was asked for nor as one that nobody has asked for.

import { expect, test } from 'vitest'
import { realClock } from '../../../emulators/index.ts'
import type { ChassisEvents } from './chassis.ts'
import { resetOf } from './reset-settings.ts'
import { serialChassis } from './serial.ts'
import type { OpenSerial } from './serial-line.ts'

const START = 'ets Jul 29 2019 12:21:46\r\nrst:0x1 (POWERON_RESET)\r\n'
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('what a board says until its reset line is released counts for nothing', async () => {
  const order: string[] = []
  let say: (text: string) => void = () => {}
  let released: () => void = () => {}
  const isReleased = new Promise<void>((resolve) => {
    released = resolve
  })
  const open: OpenSerial = async (_path, _baud, { onData }) => {
    say = (text) => onData(Buffer.from(text))
    let held = false
    return {
      write: async () => {},
      close: async () => {},
      set: async ({ rts }) => {
        if (rts) setImmediate(() => say(`${START}ready\r\n`))
        else if (held) released()
        held = rts
        return true
      },
    }
  }
  const events: ChassisEvents = {
    onConsole: () => {},
    onPin: () => {},
    onSocket: () => {},
    onRestart: () => {},
    onReleased: () => order.push('released'),
    onUnaskedRestart: (cause) => order.push(`unasked: ${cause}`),
    onIdle: () => {},
    onLost: (problem) => order.push(problem.message),
    onBug: (error) => order.push(String(error)),
  }
  await using chassis = serialChassis(
    {
      name: 'dut',
      path: async () => '/dev/fake',
      baudRate: 115_200,
      uniqueId: null,
      clock: realClock(),
      reset: resetOf('rts'),
      python: false,
      ready: (text) => text.includes('ready'),
      open,
    },
    events,
  )
  const booted = chassis.boot().then(({ started }) => order.push(`booted: ${started}`))
  await isReleased
  for (let k = 0; k < 10; k++) await nextTurn()
  order.push('starts')
  say(START)
  await booted
  say('ready\r\n')
  expect(order).toEqual(['released', 'starts', 'booted: true'])
})
