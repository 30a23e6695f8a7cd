// MicroPython's WebAssembly, compiled once for all boards of a process. The binary's memory is
// declared shared before it is compiled. So another thread can leave a KeyboardInterrupt, or a
// timer that is due, where the interpreter looks at its next branch: a busy loop calls nobody.

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Problem } from '../core/problem.ts'
import { type WasmModule, webAssembly } from './webassembly.ts'

const PACKAGE = '@micropython/micropython-webassembly-pyscript'

export interface CompiledModule {
  readonly module: WasmModule
  /** URL of the JavaScript that goes with it. */
  readonly glue: string
}

let compiled: Promise<CompiledModule> | null = null

/** Throws Problem `micropython/missing` when the package is not installed. */
export function compileInterpreter(): Promise<CompiledModule> {
  compiled ??= compile()
  return compiled
}

async function compile(): Promise<CompiledModule> {
  const glue = found()
  const binary = shared(await readFile(join(dirname(glue), 'micropython.wasm')))
  return { module: await webAssembly.compile(binary), glue: pathToFileURL(glue).href }
}

function found(): string {
  try {
    return createRequire(import.meta.url).resolve(`${PACKAGE}/micropython.mjs`)
  } catch (cause) {
    throw new Problem('micropython/missing', `the package ${PACKAGE} is not installed`, {
      hint: 'npm install @micropython/micropython-webassembly-pyscript; it is left out with --omit=optional',
      cause,
    })
  }
}

const MEMORY_SECTION = 5
const HAS_MAXIMUM = 1
const SHARED = 2

/** The same WebAssembly with its (one) memory shared; it must have a maximum, as Emscripten's has. */
function shared(binary: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const patched = binary.slice()
  for (let at = 8; at < patched.length; ) {
    const id = patched[at]!
    const [size, start] = leb128(patched, at + 1)
    if (id === MEMORY_SECTION) {
      const flags = start + 1 // behind the number of memories
      if (((patched[flags] ?? 0) & HAS_MAXIMUM) === 0) break
      patched[flags]! |= SHARED
      return patched
    }
    at = start + size
  }
  throw new Problem('micropython/unknown-build', `${PACKAGE} is not the version that this harness knows`, {
    hint: 'npm ci installs the pinned one',
  })
}

function leb128(bytes: Uint8Array, at: number): readonly [value: number, next: number] {
  let value = 0
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!
    value |= (byte & 0x7f) << shift
    if ((byte & 0x80) === 0) return [value, at]
  }
}
