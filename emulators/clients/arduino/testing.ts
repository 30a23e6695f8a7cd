// A client of an Arduino library against staged peers on a virtual clock.

import { PythonError, type PyValue } from '../../board.ts'
import { seconds } from '../../core/time.ts'
import { hexOf } from '../../drive/scripted.ts'
import { StagedBoard } from '../../drive/staged/board.ts'
import type { StagedConnection, StagedEntry } from '../../drive/staged/peer.ts'
import type { ClientHooks, ClientKind, Options } from '../client.ts'
import { clientAt } from '../client.ts'
import type { NetworkObserver } from './network-client.ts'

export const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replace(/\s/g, ''), 'hex'))
export const data = (hex: string): StagedEntry => ({ data: bytes(hex) })
export const afterWrites = (afterWrites: number): StagedEntry => ({ afterWrites })
export const pause = (s: number): StagedEntry => ({ pause: seconds(s) })
export const CONNACK = data('20020000')
export const peer = (...feed: StagedEntry[]): StagedConnection => ({ feed, unhurried: true, brittle: true })

/** What the library writes, in hex; a refused write has its errno behind it. */
class Writes implements NetworkObserver {
  readonly all: string[] = []
  connecting() {
    return () => {}
  }
  writing(written: Uint8Array) {
    const at = this.all.push(hexOf(written)) - 1
    return ({ errno }: { readonly errno?: string }) => {
      if (errno !== undefined) this.all[at] += ` ${errno}`
    }
  }
  read(): void {}
  flushed(): void {}
  stopped(): void {
    this.all.push('close')
  }
}

export function rig(
  kind: ClientKind,
  connections: StagedConnection[],
  { version, options = {}, hooks = {} }: { version?: string; options?: Options; hooks?: ClientHooks } = {},
) {
  const board = new StagedBoard({ connections, clock: seconds(1), random: (low) => low })
  const network = new Writes()
  const messages: [topic: string, payload: string][] = []
  const client = clientAt(kind, version).create(
    { ...kind.identity('dev1', '10.0.0.7', 1883), ...options },
    {
      network,
      *onMessage(topic, payload) {
        messages.push([Buffer.from(topic).toString(), Buffer.from(payload).toString('latin1')])
      },
      ...hooks,
    },
  )
  return {
    board,
    client,
    messages,
    writes: network.all,
    /** Its value, or `TYPE: …` of what it raised. */
    call(method: string, args: PyValue[] = [], kwargs: Options = {}): unknown {
      const end = board.run(client.call(method, args, kwargs))
      if (end.kind === 'returned') return end.value
      return end.kind === 'raised' ? end.error.type : end.kind
    },
  }
}

export const typeOf = (run: () => unknown): string => {
  try {
    run()
  } catch (e) {
    return e instanceof PythonError ? e.type : ((e as { code?: string }).code ?? String(e))
  }
  return 'nothing'
}
