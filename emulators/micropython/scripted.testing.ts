// The Python modules of umqtt against scripted peers: the recorded cases of the libraries, played by
// the interpreter in this thread. The board's calls go to the scripted board, as an emulated
// client's do, so that both leave the same kind of trace.

import type { Answer, BoardCall, Program } from '../board.ts'
import { seconds } from '../core/time.ts'
import { ScriptedBoard, type TraceEntry, type TraceValue } from '../drive/scripted.ts'
import type { TraceCase } from '../traces/case.ts'
import type { Reply, Request } from './channel.ts'
import { errnoName } from './errno.ts'
import { type Interpreter, loadInterpreter } from './interpreter.ts'
import { literal } from './literal.ts'
import { romModules } from './rom.ts'
import { compileInterpreter } from './wasm.ts'

/** A library that still tries after so much time on the virtual clock tries for ever. */
const FOR_EVER = seconds(100 * 24 * 3600)

export class ScriptedInterpreter {
  #board = new ScriptedBoard()
  #interpreter!: Interpreter
  #said = ''
  #blocked = false

  static async load(files: ReadonlyMap<string, Uint8Array> = new Map()): Promise<ScriptedInterpreter> {
    const scripted = new ScriptedInterpreter()
    scripted.#interpreter = await loadInterpreter(
      await compileInterpreter(),
      {
        ask: (request) => scripted.#answer(request),
        level: () => null,
        running: false,
        date: () => 0,
        now: () => scripted.#board.clock.now(),
      },
      {
        files,
        rom: await romModules(),
        heapBytes: 1024 * 1024,
        uniqueId: '240ac4000000',
        seed: 1,
        resetCause: 1,
      },
    )
    scripted.#interpreter.run(PLAYER)
    return scripted
  }

  /** The trace that the module of the case's library makes. */
  play(recorded: TraceCase): readonly TraceEntry[] {
    const board = new ScriptedBoard({ connections: recorded.connections })
    this.#board = board
    this.#blocked = false
    const { trace } = board
    const made = this.#run(`player_make(${literal(recorded.client)}, ${literal(recorded.options)})`)
    if (made[0] !== 'return') return [made]
    for (const call of recorded.calls) {
      if ('wait' in call) {
        board.wait(call.wait)
        continue
      }
      trace.push(['call', call.call])
      const end = this.#run(`player_call(${literal(call.call)}, ${literal(call.args)}, ${literal(call.kwargs)})`)
      if (this.#blocked) {
        trace.push(['blocked'])
        return trace
      }
      trace.push(end)
    }
    return trace
  }

  #run(source: string): TraceEntry {
    this.#said = ''
    this.#interpreter.run(source)
    this.#interpreter.flush()
    const lines = this.#said.trim().split('\r\n')
    return toldOf(JSON.parse(lines.at(-1) || '["return", null]') as [string, ...TraceValue[]])
  }

  #answer(request: Request): Reply {
    switch (request.kind) {
      case 'out': {
        const text = Buffer.from(request.bytes).toString()
        for (const line of text.split('\r\n'))
          if (line.startsWith(CALLBACK)) this.#board.trace.push(JSON.parse(line.slice(CALLBACK.length)) as TraceEntry)
          else if (line !== '') this.#said += `${line}\r\n`
        return { kind: 'done' }
      }
      case 'wifi':
        return { kind: 'bytes', value: Buffer.from('up') }
      case 'events':
        return { kind: 'bytes', value: new Uint8Array() }
      default:
        return this.#boardCall(request as BoardCall)
    }
  }

  #boardCall(call: BoardCall): Reply {
    const end = this.#board.run(only(call), { until: FOR_EVER })
    if (end.kind === 'raised') {
      const [errno] = end.error.args
      return { kind: 'raised', errno: typeof errno === 'number' ? errno : String(errno) }
    }
    if (end.kind !== 'returned') {
      // The program cannot be left standing in this thread: it is made to raise what nothing catches.
      this.#blocked = true
      return { kind: 'interrupted' }
    }
    const { value } = end
    if (value === null) return { kind: 'none' }
    if (typeof value === 'number') return { kind: 'number', value }
    return value instanceof Uint8Array ? { kind: 'bytes', value } : { kind: 'done' }
  }
}

function* only(call: BoardCall): Program<Answer> {
  return yield call
}

const CALLBACK = 'callback '

const toldOf = ([kind, ...rest]: [string, ...TraceValue[]]): TraceEntry =>
  kind === 'raise' && rest[0] === 'OSError'
    ? ['raise', 'OSError', (rest[1] as TraceValue[]).map((a) => (typeof a === 'number' ? errnoName(a) : a))]
    : [kind, ...rest]

const PLAYER = `
import json
from binascii import hexlify

def player_hex(data):
    return hexlify(data).decode()

def player_show(value):
    if isinstance(value, (bytes, bytearray)):
        return {"hex": player_hex(value)}
    if isinstance(value, (list, tuple)):
        return [player_show(v) for v in value]
    return value

def player_message(topic, payload):
    print("${CALLBACK}" + json.dumps(["callback", player_hex(topic), player_hex(payload)]))

def player_do(act):
    try:
        print(json.dumps(["return", player_show(act())]))
    except Exception as e:
        print(json.dumps(["raise", type(e).__name__, player_show(e.args)]))
    except KeyboardInterrupt:
        pass

def player_make(name, options):
    def act():
        global player_client
        player_client = __import__(name, None, None, ("MQTTClient",)).MQTTClient(**options)
        player_client.set_callback(player_message)
    player_do(act)

def player_setattr(name, value):
    setattr(player_client, name, value)

def player_call(name, args, kwargs):
    if name == "set_callback":
        args = [None if args[0] is None else player_message]
    if name == "setattr":
        player_do(lambda: player_setattr(*args))
    else:
        player_do(lambda: getattr(player_client, name)(*args, **kwargs))
`
