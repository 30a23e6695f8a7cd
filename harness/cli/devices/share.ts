// `hil devices --share`: the ports of this machine for others, until it is interrupted.

import { once } from 'node:events'
import { Problem } from '../../../emulators/core/problem.ts'
import { findPort, lockNames, type PortInfo, readMap, sharePort } from '../../api/boards.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { addressOf, inUrl } from '../addresses.ts'
import { interruptible } from '../interrupt.ts'
import { terminal } from '../terminal.ts'

/** `at`: ADDRESS:PORT of the first port, the others after it; a number alone is a port of the loopback address. */
export async function shareAll(at: string, local: readonly PortInfo[]): Promise<ExitCode> {
  const { host, port: first } = addressOf(at, {
    flag: `--share ${at}`,
    needs: 'port',
    least: 0,
    hint: 'write 7000 for this machine alone, 0.0.0.0:7000 for all that reach it, or an address of this machine',
  })
  const listen = host ?? '127.0.0.1'
  if (local.length === 0)
    throw new Problem('board/no-port', 'no port to share', { hint: 'plug a board in, or name one by --port' })
  const out = terminal()
  const { signal, done } = interruptible(out, '')
  const map = readMap()
  const ports: AsyncDisposable[] = []
  try {
    for (const [k, info] of local.entries()) {
      const { path } = info
      const mapped = map.find((board) => findPort(board, [info]) !== null)
      const shared = await sharePort({
        path,
        names: await lockNames(mapped ?? path),
        host: listen,
        port: first === 0 ? 0 : first! + k,
        onNote: (text) => out.printError(`${text}\n`),
      }).catch((cause: NodeJS.ErrnoException) => {
        throw new Problem('cli/cannot-listen', `nothing can listen on ${at}: ${cause.message}`, { cause })
      })
      ports.push(shared)
      out.print(`${mapped?.label ?? path} rfc2217://${inUrl(listen)}:${shared.port}\n`)
    }
    if (!signal.aborted) await once(signal, 'abort')
  } finally {
    done()
    await Promise.all(ports.map((port) => port[Symbol.asyncDispose]()))
  }
  return EXIT.passed
}
