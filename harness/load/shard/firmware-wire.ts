// What devices that run a firmware say to their broker. Nobody tells such a program what to do, so its messages are counted
// where it writes and reads them, and so is what it leaves behind: a session that lasts, retained messages, its will.

import { Decoder, Dialect, type Packet, type Program, PythonError, yieldingAll } from '../../../emulators/index.ts'
import type { DeviceState } from './device-state.ts'
import type { ShardContext } from './shard-context.ts'

type Answer = Parameters<Program<void>['next']>[0]
type Call = Exclude<ReturnType<Program<void>['next']>['value'], void>

/** What a device has left at its broker. */
export interface Left {
  /** Client ids whose session lasts. */
  readonly sessions: Set<string>
  /** Topics with a retained message; perhaps with one, if it is a will. */
  readonly retained: Set<string>
}

export class FirmwareWire {
  readonly #shift: ShardContext
  readonly #left = new Map<DeviceState, Left>()

  constructor(shift: ShardContext) {
    this.#shift = shift
  }

  /** The same program, with its bytes looked at. `now`: the fleet's clock, ms. */
  watch(member: DeviceState, program: Program<void>, now: () => number): Program<void> {
    const left = this.left(member)
    this.#left.set(member, left)
    const count = (what: 'messages_published' | 'messages_received' | 'messages_acked'): void =>
      this.#shift.meter.count(what, member.group, now() - this.#shift.epoch)
    return watched(
      program,
      new DeviceWire(
        (packet) => {
          if (packet.type === 'connect') noteConnect(packet, left)
          if (packet.type !== 'publish') return
          if (!packet.dup) count('messages_published')
          if (!packet.retain) return
          if (packet.payload.length > 0) left.retained.add(packet.topic)
          else left.retained.delete(packet.topic)
        },
        ({ type }) => {
          if (type === 'publish') count('messages_received')
          else if (type === 'puback') count('messages_acked')
        },
      ),
    )
  }

  left(member: DeviceState): Left {
    return this.#left.get(member) ?? { sessions: new Set(), retained: new Set() }
  }
}

function noteConnect({ clean, clientId, will }: Extract<Packet, { type: 'connect' }>, left: Left): void {
  if (clean) left.sessions.delete(clientId)
  else left.sessions.add(clientId)
  if (will?.retain === true) left.retained.add(will.topic)
}

/** The newest connection of a device, both ways. */
class DeviceWire {
  readonly #sent: (packet: Packet) => void
  readonly #received: (packet: Packet) => void
  #socket = -1
  #up = new Decoder()
  #down = new Decoder()

  constructor(sent: (packet: Packet) => void, received: (packet: Packet) => void) {
    this.#sent = sent
    this.#received = received
  }

  /** A call has been answered. */
  saw(call: Call, answer: Answer): void {
    switch (call.kind) {
      case 'write':
        this.#out(call.socket, call.bytes)
        return
      case 'send':
        this.#out(call.socket, call.bytes.subarray(0, Number(answer)))
        return
      case 'read':
      case 'recv':
        if (call.socket !== this.#socket || !(answer instanceof Uint8Array)) return
        for (const { packet } of this.#down.push(answer)) this.#received(packet)
    }
  }

  #out(socket: number, bytes: Uint8Array): void {
    if (socket !== this.#socket) {
      const dialect = new Dialect()
      this.#socket = socket
      this.#up = new Decoder(dialect)
      this.#down = new Decoder(dialect)
    }
    for (const { packet } of this.#up.push(bytes)) this.#sent(packet)
  }
}

function* watched(program: Program<void>, wire: DeviceWire): Program<void> {
  let answer: Answer
  let raised: PythonError | null = null
  for (;;) {
    const [value, error]: [Answer, PythonError | null] = [answer, raised]
    // Each call is to be seen here: none is answered inside the program.
    const step: IteratorResult<Call, void> = yieldingAll(() =>
      error === null ? program.next(value) : program.throw(error),
    )
    raised = null
    if (step.done === true) return
    const call = step.value
    try {
      answer = yield call.kind === 'spawn' ? { ...call, program: () => watched(call.program(), wire) } : call
    } catch (error) {
      if (!(error instanceof PythonError)) throw error
      raised = error
      continue
    }
    wire.saw(call, answer)
  }
}
