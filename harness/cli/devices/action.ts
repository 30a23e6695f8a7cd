// What `hil devices` does.

import { existsSync } from 'node:fs'
import { Problem } from '../../../emulators/core/problem.ts'
import {
  type BoardIdentity,
  findPort,
  holderOf,
  identify,
  listPorts,
  mapFile,
  type PortInfo,
  quarantineOf,
  readMap,
  showHolder,
  showQuarantined,
  updateMap,
} from '../../api/boards.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { inColumns } from '../columns.ts'
import { terminal } from '../terminal.ts'
import { checkAll } from './check.ts'
import type { DevicesArguments } from './command.ts'
import { shareAll } from './share.ts'

interface Row extends PortInfo, Partial<BoardIdentity> {
  readonly label: string | null
  /** Who has it, or keeps it; null: nobody. */
  readonly holder: string | null
  readonly trouble?: string
}

export async function devicesAction(args: DevicesArguments): Promise<ExitCode> {
  if (args.check) return checkAll(args.json)
  const out = terminal()
  const ports = [...(await listPorts()), ...(args.port ?? []).map(bare)]
  if (args.share !== undefined) return shareAll(args.share, ports)
  const asked = args.identify || args.map
  const found = await Promise.all(ports.map(async (port) => ({ ...port, ...(asked ? await asking(port.path) : {}) })))
  if (args.map) {
    const labels = await updateMap(found)
    if (!args.json) out.printError(`${mapFile()}: ${labels.join(', ') || 'no board seen'}\n`)
  }
  const map = readMap()
  const rows: readonly Row[] = found.map((port) => ({
    ...port,
    label: map.find((board) => findPort(board, [port]) !== null)?.label ?? null,
    holder: holderOf(port.path) === null ? null : showHolder(holderOf(port.path)!),
  }))
  const missing = map.filter((board) => findPort(board, ports) === null && !existsSync(board.port ?? ''))
  if (args.json) {
    const quarantined = map.flatMap((board) => quarantineOf(board) ?? [])
    out.print(`${JSON.stringify({ ports: rows, missing: missing.map(({ label }) => label), quarantined }, null, 2)}\n`)
    return EXIT.passed
  }
  if (rows.length === 0)
    out.print('no board at a USB port\n  hint: use a data cable; on Linux, dmesg -w shows what is plugged in\n')
  else out.print(table(rows, asked))
  for (const { label } of missing) out.print(`${label} is not plugged in\n`)
  for (const aside of map.flatMap((board) => quarantineOf(board) ?? [])) out.print(`${showQuarantined(aside)}\n`)
  return EXIT.passed
}

async function asking(path: string): Promise<Partial<BoardIdentity> & { readonly trouble?: string }> {
  try {
    return await identify(path)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { trouble: error.message }
  }
}

const bare = (path: string): PortInfo => ({
  path,
  vendorId: null,
  productId: null,
  serialNumber: null,
  location: null,
  bridge: null,
})

type Column = readonly [string, (row: Row) => string | null | undefined]

function table(rows: readonly Row[], asked: boolean): string {
  const known: readonly Column[] = [
    ['LABEL', (row) => row.label],
    ['PORT', (row) => row.path],
    ['BRIDGE', (row) => row.bridge],
    ['IN USE BY', (row) => row.holder],
    ['SERIAL NUMBER', (row) => row.serialNumber],
    ['USB SOCKET', (row) => row.location],
  ]
  const told: readonly Column[] = [
    ['ID', (row) => row.id ?? row.trouble],
    ['CHIP', (row) => row.chip],
    ['FIRMWARE', (row) => row.firmware],
  ]
  const columns = asked ? [...known, ...told] : known
  return inColumns([columns.map(([title]) => title), ...rows.map((row) => columns.map(([, of]) => of(row) ?? '-'))])
}
