// MicroPython in the current thread. Its Python modules call `_hil` (bridge.ts), which asks the
// machine and waits for the answer. Only one interpreter fits into a thread: the package keeps its
// state in global variables.

import { bridge } from './bridge.ts'
import type { EmscriptenFs, InterpreterHost, Python } from './emscripten.ts'
import { type HookPlaces, Hooks } from './hooks.ts'
import type { CompiledModule } from './wasm.ts'
import { watchFiles } from './watch-files.ts'
import { type WasmInstance, type WasmMemory, webAssembly } from './webassembly.ts'

export interface BootOptions {
  /** The flash, by path without the first slash. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** The modules that the board's firmware has built in, likewise. */
  readonly rom: ReadonlyMap<string, string>
  readonly heapBytes: number
  readonly uniqueId: string
  readonly seed: number
  /** `RTC.memory()`, as hexadecimal digits. */
  readonly rtcMemory?: string
  /** How far the board's clock is ahead of this computer's, ms. */
  readonly clockAhead?: number
  /** As `machine.reset_cause()` numbers it. */
  readonly resetCause: number
}

export interface Interpreter {
  /** Where our thread may leave an interrupt for this one. */
  readonly hooks: HookPlaces
  /** Runs Python source in `__main__`. An exception that leaves it is thrown as an Error with the traceback. */
  run(source: string): void
  /** Begins the REPL: prints its banner. */
  startRepl(): void
  /** A character typed at the REPL. `runs`: it may run a program. True: it was told to restart the board. */
  type(byte: number, runs: boolean): boolean
  /** A Ctrl-C that came too late for any program. */
  forget(): void
  /** What it says next is not sent on, as far as it is this. */
  swallow(text: string): void
  /** Sends on what was printed or written to files and is not yet told. */
  flush(): void
}

export async function loadInterpreter(
  compiled: CompiledModule,
  machine: InterpreterHost,
  boot: BootOptions,
): Promise<Interpreter> {
  const out = new Output((bytes) => machine.ask({ kind: 'out', bytes }, false))
  const { python, memory } = await instantiate(compiled, boot.heapBytes, out, () => key(machine, out))
  const fs = python.FS
  put(fs, '/flash', boot.files)
  put(fs, '/rom', boot.rom)
  const changed = watchFiles(fs, '/flash')
  const flush = (): void => {
    out.flush()
    const files = changed()
    if (files.size > 0) machine.ask({ kind: 'files', changed: files }, false)
  }
  const hooks = new Hooks(python, memory)
  python.registerJsModule('_hil', { ...bridge(machine, memory, flush, hooks, boot), ...factsOf(boot) })
  python.runPython("import sys\nsys.path.append('/rom')\nimport _boot\ndel sys, _boot")
  return {
    hooks: hooks.places(),
    run: (source) => python.runPython(source),
    startRepl: () => python.replInit(),
    type(byte, runs) {
      if (!runs) return (python.replProcessChar(byte) & FORCED_EXIT) !== 0
      machine.running = true
      const result = python.replProcessChar(byte)
      machine.running = false
      hooks.forget()
      return (result & FORCED_EXIT) !== 0
    },
    swallow: (text) => out.swallow(text),
    forget: () => hooks.forget(),
    flush,
  }
}

const FORCED_EXIT = 0x100

const factsOf = ({ uniqueId, seed, resetCause }: BootOptions) => ({ uniqueId, seed, resetCause })

/** `input()` and `sys.stdin` of a program. */
function key(machine: InterpreterHost, out: Output): number | null {
  out.flush()
  const reply = machine.ask({ kind: 'key', prompt: false }, false)
  return reply.kind === 'number' ? reply.value : null
}

/** Console bytes, gathered to lines. Python's `\n` goes out as `\r\n`, as from a UART. */
class Output {
  readonly #send: (bytes: Uint8Array) => void
  #bytes: number[] = []
  #last = 0
  #swallowed: number[] = []

  constructor(send: (bytes: Uint8Array) => void) {
    this.#send = send
  }

  swallow(text: string): void {
    this.#swallowed = [...Buffer.from(text)]
  }

  put(byte: number): void {
    if (this.#swallowed.length > 0) {
      if (this.#swallowed.shift() === byte) return
      this.#swallowed = []
    }
    if (byte === LF && this.#last !== CR) this.#bytes.push(CR)
    this.#bytes.push(byte)
    this.#last = byte
    if (byte === LF || this.#bytes.length >= MOST_BUFFERED) this.flush()
  }

  flush(): void {
    if (this.#bytes.length === 0) return
    const bytes = Uint8Array.from(this.#bytes)
    this.#bytes = []
    this.#send(bytes)
  }
}

const CR = 13
const LF = 10
const MOST_BUFFERED = 1024
/** MicroPython's own stack for calls, in bytes. */
const PYTHON_STACK = 16 * 1024

async function instantiate(
  { module, glue }: CompiledModule,
  heapsize: number,
  out: Output,
  stdin: () => number | null,
): Promise<{ readonly python: Python; readonly memory: WasmMemory }> {
  const { loadMicroPython } = (await import(glue)) as { loadMicroPython(options: object): Promise<Python> }
  let memory: WasmMemory | undefined
  const real = webAssembly.instantiate
  // The package reads and compiles its file by itself; it gets what was compiled before instead.
  webAssembly.instantiate = async (_binary, imports) => {
    const instance = (await real(module, imports)) as WasmInstance
    memory = Object.values(instance.exports).find((e): e is WasmMemory => e instanceof webAssembly.Memory)
    return { instance, module }
  }
  try {
    const python = await loadMicroPython({
      heapsize,
      pystack: PYTHON_STACK,
      linebuffer: false,
      stdin,
      stdout: ([byte]: Uint8Array) => out.put(byte!),
      // A board has one console: the compiler's warnings are on it, too.
      stderr: ([byte]: Uint8Array) => out.put(byte!),
    })
    if (memory === undefined) throw new Error('MicroPython has no memory')
    return { python, memory }
  } finally {
    webAssembly.instantiate = real
  }
}

function put(fs: EmscriptenFs, root: string, files: ReadonlyMap<string, string | Uint8Array>): void {
  fs.mkdirTree(root)
  for (const [path, content] of files) {
    const at = path.lastIndexOf('/')
    if (at > 0) fs.mkdirTree(`${root}/${path.slice(0, at)}`)
    fs.writeFile(`${root}/${path}`, content)
  }
}
