// The tutorial in which two ESP32s switch each other's LED. The button is active low: '1' means
// "not pressed", and the LED is lit on everything that is not '1'. It takes one message a turn,
// two a second, so a peer that publishes faster is answered later and later.

import { type Program, print, readPin, sleep, writePin } from '../board.ts'
import { type ClientKind, parseOptions } from '../clients/client.ts'
import { seconds } from '../core/time.ts'
import { type FirmwareContext, type FirmwareKind, say, textOf, utf8 } from './firmware.ts'

const BUTTON = 0
const LED = 2
const BEAT = seconds(0.5)
const KEEPALIVE_SECONDS = 60

const OPTIONS = [
  { name: 'name', type: 'str', default: undefined, summary: 'client id, and the first level of its button topic' },
  { name: 'peer', type: 'str', default: undefined, summary: 'the name of the board whose button lights this LED' },
] as const

export const buttonLed: FirmwareKind = {
  name: 'button-led',
  summary: "publishes its button twice a second and shows another board's button on its LED",
  options: OPTIONS,
  inFleet: { never: 'nobody presses its button there' },
  program(context) {
    const options = parseOptions('button-led', OPTIONS, context.options)
    const name = textOf(options.name!)
    const peer = textOf(options.peer!)
    return () => run(context, name, peer)
  },
}

function* run({ client: kind, server, port }: FirmwareContext, name: string, peer: string): Program<void> {
  let lit: 0 | 1 = 0
  const client = kind.create(
    { ...kind.identity(name, server, port), ...keepaliveOf(kind) },
    {
      *onMessage(_topic, message) {
        const level = textOf(message) === '1' ? 0 : 1
        yield* writePin(LED, level)
        if (level !== lit) yield* print(`LED ${level}`)
        lit = level
      },
    },
  )
  const { verbs } = kind
  yield* say(client, verbs.connect({})!)
  yield* writePin(LED, 0) // Pin(2, Pin.OUT)
  yield* say(client, verbs.subscribe({ topic: utf8(`${peer}/btn/0`) })!)
  for (;;) {
    const level = yield* readPin(BUTTON)
    yield* say(client, verbs.publish({ topic: utf8(`${name}/btn/0`), payload: utf8(String(level)) })!)
    yield* say(client, verbs.check())
    yield* sleep(BEAT)
  }
}

/** The libraries spell it `keepalive` or `keep_alive`. */
function keepaliveOf(kind: ClientKind): Record<string, number> {
  const option = kind.options.find(({ name }) => name === 'keepalive' || name === 'keep_alive')
  return option === undefined ? {} : { [option.name]: KEEPALIVE_SECONDS }
}
