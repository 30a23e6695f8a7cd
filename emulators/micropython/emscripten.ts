// The interpreter as Emscripten gives it, and the board around it.

import type { Reply, Request } from './channel.ts'

export interface EmscriptenFs {
  mkdirTree(path: string): void
  writeFile(path: string, data: string | Uint8Array): void
  readFile(path: string): Uint8Array
  getPath(node: object): string
  readonly filesystems: { readonly MEMFS: { readonly ops_table: OpsTable } }
}

export interface OpsTable {
  readonly dir: { readonly node: Record<string, (...args: never[]) => unknown> }
  readonly file: {
    readonly node: Record<string, (...args: never[]) => unknown>
    readonly stream: Record<string, (...args: never[]) => unknown>
  }
}

/** The board around an interpreter. */
export interface InterpreterHost {
  /** Returns when there is an answer: the thread stands still until then. */
  ask(request: Request, interruptible: boolean): Reply
  level(pin: number): 0 | 1 | null
  /** Whether Ctrl-C is for a program, or for the prompt. */
  running: boolean
  /** Milliseconds since boot. */
  now(): number
  /** Milliseconds since 1970. */
  date(): number
}

/** What the package gives; it has no types of its own. */
export interface Python {
  readonly _module: { _mp_sched_keyboard_interrupt(): void }
  readonly FS: EmscriptenFs
  registerJsModule(name: string, module: object): void
  runPython(source: string): unknown
  replInit(): void
  replProcessChar(byte: number): number
}
