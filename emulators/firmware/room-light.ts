// The Eduponics guide's living-room light. It compares whole seconds with `>`, so an interval of
// one second publishes every two, and it resets the board on OSError only: any other exception
// ends at the console. As printed it publishes an int, which is a TypeError at the first message.

import { isOSError, now, type Program, type PyValue, print, resetBoard, sleep } from '../board.ts'
import { type EmulatedClient, parseOptions } from '../clients/client.ts'
import { printable, repr } from '../clients/python/python.ts'
import { milliseconds, seconds } from '../core/time.ts'
import { type FirmwareContext, type FirmwareKind, say, textOf } from './firmware.ts'

/** The printed loop has no sleep; an emulated board would turn its host's processor into heat. */
const TURN = milliseconds(50)
const BEFORE_RESET = seconds(5)

const OPTIONS = [
  { name: 'uuid', type: 'str', default: undefined, summary: 'the first level of its topics' },
  { name: 'interval', type: 'seconds', default: 1, summary: 'publishes when more whole seconds than this have passed' },
  { name: 'light_status', type: 'bytes', default: Uint8Array.of(0x31), summary: 'what it publishes' },
  { name: 'fix_payload', type: 'bool', default: true, summary: 'false: publish the int 1 as printed, a TypeError' },
] as const

interface Settings {
  readonly uuid: string
  readonly interval: number
  readonly lightStatus: PyValue
}

export const roomLight: FirmwareKind = {
  name: 'room-light',
  summary: 'the Eduponics light: publishes its state, and resets the board five seconds after an OSError',
  options: OPTIONS,
  inFleet: { library: 'umqttsimple' },
  program(context) {
    const settings = settingsOf(context)
    return () => run(context, settings)
  },
}

/** `light_status` may also be an int, as printed, when the options come from a program. */
function settingsOf({ options }: FirmwareContext): Settings {
  const { light_status: status, ...others } = options
  const asPrinted = typeof status === 'number'
  const parsed = parseOptions('room-light', OPTIONS, asPrinted || status === undefined ? others : options)
  return {
    uuid: textOf(parsed.uuid!),
    interval: Number(parsed.interval),
    lightStatus: asPrinted ? status : parsed.fix_payload === false ? 1 : parsed.light_status!,
  }
}

function* run(context: FirmwareContext, { uuid, interval, lightStatus }: Settings): Program<void> {
  let client: EmulatedClient
  try {
    client = yield* connectAndSubscribe(context, uuid)
  } catch (e) {
    if (!isOSError(e)) throw e
    return yield* restart()
  }
  let last = 0
  for (;;) {
    try {
      yield* say(client, context.client.verbs.check())
      if ((yield* wholeSeconds()) - last > interval) {
        yield* client.call('publish', [`${uuid}/home/living_room/light`, lightStatus], {})
        yield* print(
          `[-] light state sent: ${lightStatus instanceof Uint8Array ? printable(lightStatus) : repr(lightStatus)}`,
        )
        last = yield* wholeSeconds()
      }
    } catch (e) {
      if (!isOSError(e)) throw e
      return yield* restart()
    }
    yield* sleep(TURN)
  }
}

function* connectAndSubscribe(
  { client: kind, name, server, port }: FirmwareContext,
  uuid: string,
): Program<EmulatedClient> {
  yield* print('[-] Connecting to the broker')
  const client = kind.create(kind.identity(name, server, port), {
    *onMessage(topic, message) {
      yield* print(repr([topic, message]))
    },
  })
  yield* client.call('connect', [], {})
  yield* client.call('subscribe', [`${uuid}/living_room/light`], {})
  yield* print('[-] Connected and subscribed')
  return client
}

function* restart(): Program<never> {
  yield* print('[-] No connection to the broker. Restarting in 5 s')
  yield* sleep(BEFORE_RESET)
  return yield* resetBoard()
}

/** `time.time()`, counted as if the board had booted long after its epoch. */
function* wholeSeconds(): Program<number> {
  const EPOCH_SECONDS = 800_000_000
  return EPOCH_SECONDS + Math.floor((yield* now()) / 1000)
}
