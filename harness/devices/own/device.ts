// A project's own program as a device like any other: its calls are recorded, and its connections go with its power.

import { Problem, PythonError } from '../../../emulators/index.ts'
import type { PlainValue } from '../../evidence/index.ts'
import { CallRecorder } from '../calls.ts'
import type { Device, GeneralCall } from '../device.ts'
import type { DeviceContext } from '../kind.ts'
import { linkedNetwork, recordRefusal } from '../network/linked-network.ts'
import { WireStream } from '../network/wire-stream.ts'
import type { OwnContext, OwnDevice, OwnProgram } from './program.ts'

type Options = OwnContext['options']

export function ownDevice(kind: OwnDevice, options: Options, around: DeviceContext): Device {
  const { name, recorder, attachment } = around
  const calls = new CallRecorder(around)
  const network = linkedNetwork(attachment)
  const streams = new Set<WireStream>()
  let program: OwnProgram | null = null

  const connect = (): WireStream => {
    const { host, port, tls } = attachment
    const stream = new WireStream(
      network,
      { host, port, ...(tls === undefined ? {} : { tls: { serverName: host, verify: 'OSError' as const } }) },
      (errno) => recordRefusal(recorder, name, errno),
    )
    streams.add(stream)
    stream.once('close', () => streams.delete(stream))
    // A stream that nobody listens to would end the process with its error.
    stream.on('error', () => {})
    return stream
  }
  const boot = (): void => {
    recorder.record({ kind: 'device', device: name, change: 'boot' })
    const { host, port, credentials } = attachment
    program = kind.start({
      name,
      host,
      port,
      options,
      ...(credentials === undefined ? {} : { credentials }),
      connect,
      log: (line) => void recorder.record({ kind: 'serial', device: name, stream: 'out', line }),
      random: around.random,
    })
  }
  const stop = (how: 'power' | 'reset', change: 'off' | 'reset'): void => {
    for (const stream of [...streams]) stream.vanish(how)
    end()
    recorder.record({ kind: 'device', device: name, change })
    calls.lose()
  }
  const end = (): void => {
    const ending = program
    program = null
    ending?.stop()
  }
  const missing = (what: string, code: string): never => {
    throw new Problem(code, `${name} is a program of this project: it has no ${what}`, {
      hint: 'emulated devices and boards may',
    })
  }

  return {
    name,
    get running() {
      return program !== null
    },
    async boot() {
      if (program === null) boot()
    },
    call(id, general) {
      const mine = program
      if (mine === null) throw new Problem('device/off', `${name} is off`, { hint: `boot: ${name} starts it again` })
      const [method, ...args] = methodOf(general)
      calls.start(id, method, `its ${method}() to end`, async () => asked(mine, method, args))
    },
    hanging: () => calls.hanging(),
    async reset() {
      stop('reset', 'reset')
      boot()
    },
    async powerOff() {
      if (program !== null) stop('power', 'off')
    },
    drive: () => missing('pins', 'device/no-pins'),
    activeLevel: () => missing('pins', 'device/no-pins'),
    send: () => missing('console', 'device/no-console'),
    async [Symbol.asyncDispose]() {
      end()
      for (const stream of [...streams]) stream.destroy()
    },
  }
}

async function asked({ calls }: OwnProgram, method: string, args: readonly unknown[]): Promise<PlainValue> {
  const call = Object.hasOwn(calls, method) ? calls[method] : undefined
  if (call === undefined) throw new PythonError('AttributeError', `it has no ${method}()`)
  try {
    return (await call(...(args as never[]))) ?? null
  } catch (error) {
    throw error instanceof PythonError ? error : asException(error)
  }
}

/** What the program threw, as a claim says it: by its name, and what stands in brackets. */
function asException(error: unknown): PythonError {
  if (!(error instanceof Error)) return new PythonError('Error', String(error))
  const { code } = error as NodeJS.ErrnoException
  return /^E[A-Z]+$/.test(code ?? '') ? new PythonError('OSError', code!) : new PythonError(error.name, error.message)
}

function methodOf(call: GeneralCall): [string, ...unknown[]] {
  switch (call.verb) {
    case 'connect':
      return ['connect', { clean: call.clean }]
    case 'publish':
      return ['publish', call.topic, call.payload, { qos: call.qos ?? 0, retain: call.retain ?? false }]
    case 'subscribe':
      return ['subscribe', call.topics, { qos: call.qos ?? 0 }]
    case 'unsubscribe':
      return ['unsubscribe', call.topics]
    case 'loop':
      return ['loop', { timeout: call.timeout }]
    case 'call':
      return [call.method, ...call.args, ...(Object.keys(call.kwargs).length === 0 ? [] : [call.kwargs])]
    default:
      return [call.verb]
  }
}
