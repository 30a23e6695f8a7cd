// The part of WebAssembly's JavaScript interface that is used here; without the types of a browser,
// TypeScript knows nothing of it.

export interface WasmMemory {
  readonly buffer: SharedArrayBuffer
}
/** Compiled code; threads share it. */
export type WasmModule = object & { readonly __module?: true }
export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>
}

interface WebAssemblyApi {
  compile(binary: Uint8Array): Promise<WasmModule>
  instantiate: (module: WasmModule | Uint8Array, imports: object) => Promise<unknown>
  readonly Memory: new (settings: object) => WasmMemory
}

export const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly
