// A virtual board by itself, as if it were plugged in. Its network is this computer's.

import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import {
  Problem,
  realClock,
  startVirtualBoard as start,
  tcpNetwork,
  type VirtualBoard,
  type VirtualBoardHost,
} from '../../emulators/index.ts'
import { describeErrno } from '../report/index.ts'

export { openPty, type Pty } from '../../emulators/index.ts'
export type { VirtualBoard }

/** Boots it with the files of a folder as its flash. Throws Problem `select/unreadable`, and what keeps MicroPython from starting. */
export async function startVirtualBoard(
  { name, folder }: { readonly name: string; readonly folder?: string | undefined },
  host: Pick<VirtualBoardHost, 'onConsole' | 'onPin' | 'onSocket' | 'onBug'>,
): Promise<VirtualBoard> {
  const files = folder === undefined ? new Map<string, Uint8Array>() : filesOf(folder)
  return await start(
    { name, files },
    { network: tcpNetwork, clock: realClock(), onReset: () => {}, onIdle: () => {}, ...host },
  )
}

function filesOf(folder: string): Map<string, Uint8Array> {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    return new Map(
      entries.map(({ parentPath, name }) => {
        const path = join(parentPath, name)
        return [relative(folder, path).split(sep).join('/'), readFileSync(path)]
      }),
    )
  } catch (cause) {
    throw new Problem('select/unreadable', `--files ${folder} cannot be read: ${describeErrno(cause)}`, { cause })
  }
}
