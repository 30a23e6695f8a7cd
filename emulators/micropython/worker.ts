// The thread of one virtual board, from one reset to the next. It ends by being terminated: a
// program that is reset must not get to run its `finally`.

import { parentPort, workerData } from 'node:worker_threads'
import { Channel, type Request } from './channel.ts'
import type { InterpreterHost } from './emscripten.ts'
import { type BootOptions, loadInterpreter } from './interpreter.ts'
import { ReplInput } from './keyboard.ts'
import type { CompiledModule } from './wasm.ts'

export interface WorkerTask extends BootOptions {
  readonly memory: SharedArrayBuffer
  readonly compiled: CompiledModule
  /** After a soft reset from a raw REPL: main.py is not run, and the REPL is raw again. */
  readonly raw: boolean
  /** On a virtual clock: what it shows at boot, and which date that is. null: real time. */
  readonly virtual: { readonly now: number; readonly date: number } | null
  /** Said first, as `MPY: soft reboot`. */
  readonly greeting: string
}

const CTRL_A = 1
/** ms. A board of its own is never kept from its processor; one that is so for longer has been late with all it did. */
const STALL = 20

const task = workerData as WorkerTask
const channel = new Channel(task.memory)
const zero = performance.now()
/** On a virtual clock: so many looks at it in a row take 1 ms, or a program that waits by looking would wait for ever. */
const LOOKS_PER_MS = 20
let looks = 0

const machine: InterpreterHost = {
  ask(request: Request, interruptible) {
    looks = 0
    channel.expect()
    parentPort!.postMessage({ request, interruptible })
    const reply = channel.wait()
    const late = channel.late()
    if (task.virtual === null && late > STALL) parentPort!.postMessage({ late })
    return reply
  },
  level: (pin) => channel.level(pin),
  get running() {
    return channel.running
  },
  set running(on) {
    channel.running = on
  },
  now() {
    if (task.virtual === null) return performance.now() - zero
    if (++looks > LOOKS_PER_MS) machine.ask({ kind: 'busy', milliseconds: 1 }, false)
    return channel.now - task.virtual.now
  },
  date: () => (task.virtual === null ? Date.now() : task.virtual.date + channel.now - task.virtual.now),
}

const interpreter = await loadInterpreter(task.compiled, machine, task)
parentPort!.postMessage({ hooks: interpreter.hooks })
if (task.greeting !== '') machine.ask({ kind: 'out', bytes: Buffer.from(task.greeting) }, false)
const keyboard = new ReplInput(task.raw)
try {
  interpreter.run(`import _boot\n_boot.boot(${task.raw ? 'False' : 'True'})\ndel _boot`)
} catch (error) {
  // A second Ctrl-C, while the traceback of the first was about to be printed.
  const { type, message } = error as { readonly type?: string; readonly message: string }
  if (type !== 'KeyboardInterrupt') throw error
  channel.running = false
  interpreter.forget()
  const lines = message.split('\n').filter((line) => !/"(<stdin>|\/rom\/_boot\.py)"/.test(line))
  machine.ask({ kind: 'out', bytes: Buffer.from(`${lines.join('\r\n').trimEnd()} \r\n`) }, false)
  machine.ask({ kind: 'idle', error: 'KeyboardInterrupt' }, false)
}
interpreter.flush()
channel.running = false
interpreter.startRepl()
if (task.raw) interpreter.type(CTRL_A, false)
interpreter.flush()
for (;;) {
  const reply = machine.ask({ kind: 'key', prompt: true }, true)
  if (reply.kind === 'events') interpreter.run('import _board\n_board.dispatch()\ndel _board')
  if (reply.kind === 'interrupted') interpreter.forget()
  if (reply.kind !== 'bytes') continue
  let restart = false
  for (const byte of reply.value) {
    const typed = keyboard.type(byte)
    if (typed.answer !== undefined) machine.ask({ kind: 'out', bytes: Buffer.from(typed.answer, 'latin1') }, false)
    if (typed.isPasted) interpreter.swallow('OK')
    for (const key of typed.keys) restart ||= interpreter.type(key, keyboard.runs(key))
  }
  interpreter.flush()
  if (restart) machine.ask({ kind: 'reboot', how: keyboard.raw ? 'raw' : 'soft' }, false)
}
