// The fleet: emulated devices, driven by emulators/drive/fleet/fleet.ts.

import {
  bind,
  type ClientKind,
  type ClientName,
  clients,
  Fleet,
  type FleetDevice,
  type FleetHost,
  type FleetRole,
  fleetDevice,
  type Instruction,
  type PyValue,
} from '../../emulators/index.ts'
import { payload, type Subject, type SubjectOptions, TOPIC, WINDOW } from './subject.ts'

/** Client ids are unique, also of the clients that warm up. */
let serials = 0

export function emulated({ port, qos, size, latency, client }: SubjectOptions): Subject {
  const serial = serials++
  const kind: ClientKind = clients[client as ClientName]
  const topic = new TextEncoder().encode(TOPIC)
  const subscription = kind.verbs.subscribe({ topic, qos: 0 })!
  const connect = kind.inTask?.start ?? kind.verbs.connect({ clean: true })!
  const bytes = payload(size, 0)
  const said = kind.verbs.publish({ topic, payload: bytes, ...(qos === 0 ? {} : { qos }) })!
  const args: PyValue[] = bind(said.method, kind.methods[said.method]!, said.args, said.kwargs)
  const publish: Instruction = { id: 'publish', method: said.method, args, kwargs: {} }
  const look = kind.verbs.check({})
  const check: Instruction | null = look === null ? null : { id: 'check', ...look }
  const devices: FleetDevice[] = []
  let count = 0
  let begun = 0
  let done = 0
  let resolveConnected = (): void => {}
  let pending: Int32Array = new Int32Array()
  // What takes its time before it connects would make the others wait; the fleet's window counts connects alone.
  const atOnce = kind.events === undefined ? WINDOW : Number.POSITIVE_INFINITY
  const begin = (): void => fleet.boot(devices[begun++]!)
  const host: FleetHost = {
    program: (device) => fleetDevice(role, device),
    next(device) {
      if (pending[device.index]! > 0) {
        pending[device.index]!--
        return publish
      }
      return device.readable ? check : null
    },
    onTime: () => {},
    onOutcome(_, id) {
      if (qos === 1 && id === 'publish') subject.onAck()
    },
    onEnd: (_, ending) => console.error('fleet', ending),
    onReset: () => {},
    onConnack() {
      done++
      if (begun < count) begin()
      else if (done === count) resolveConnected()
    },
    onBug: (error) => console.error(error),
  }
  const role: FleetRole = {
    client: kind,
    connect,
    backoff: null,
    options: (device) => ({
      ...kind.identity(`fleet-${serial}-${device.index}`, '127.0.0.1', port),
      ...kind.inTask?.clean(true),
    }),
    will: () => null,
    subscriptions: (device) => (latency && device.index === 0 ? [subscription] : []),
    heard: (_, __, message) => subject.onMessage(Buffer.from(message).readDoubleBE(0)),
  }
  const fleet = new Fleet({ host, seed: 1, window: WINDOW })
  const subject: Subject = {
    onAck: () => {},
    onMessage: () => {},
    connect(wanted) {
      count = wanted
      pending = new Int32Array(count)
      for (let k = 0; k < count; k++) devices.push(fleet.add(k))
      return new Promise((resolve) => {
        resolveConnected = resolve
        while (begun < Math.min(count, atOnce)) begin()
      })
    },
    publish(k) {
      pending[k]!++
      fleet.wake(devices[k]!)
    },
    backlog: (k) => devices[k]!.socket?.queued ?? 0,
    schedule(next, fire) {
      let due = next()
      const timer = {
        due: Number.POSITIVE_INFINITY,
        exact: latency,
        fire() {
          const at = due
          due = next()
          fleet.at(timer, offset + due)
          if (latency) bytes.writeDoubleBE(at, 0)
          fire(at)
        },
      }
      const offset = fleet.now() - performance.now()
      fleet.at(timer, offset + due)
    },
  }
  return subject
}
