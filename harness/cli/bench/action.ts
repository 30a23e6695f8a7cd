// What `hil bench check` does.

import { type Reached, reachByFirmware, reachByItself } from '../../api/bench.ts'
import { boardNamed, mapFile, reachOf, readMap } from '../../api/boards.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { terminal } from '../terminal.ts'
import type { BenchArguments } from './command.ts'

/** One board after the other: they may share the port. Exit code 3 when one was not seen to reach this computer. */
export async function benchAction({ boards: given = [], port = 0, json }: BenchArguments): Promise<ExitCode> {
  const out = terminal()
  const boards = given.length > 0 ? given : readMap().map(({ label }) => label)
  if (boards.length === 0 && !json)
    out.print(`${mapFile()} has no boards\n  hint: hil devices --map writes those that are plugged in\n`)
  const found = []
  for (const label of boards) {
    const { at, network } = await reach(label, port)
    found.push({ label, at, network })
    if (json) continue
    if (network === 'ok') out.print(`${label} reaches ${at}\n`)
    else if (network === null)
      out.print(
        `${label}: not checked: it has no REPL\n  hint: hil bench check DEVICE.yaml with its commands: has it connect; --port N where its firmware connects by itself\n`,
      )
    else out.print(`${label}: ${network.trouble}\n${network.hint === undefined ? '' : `  hint: ${network.hint}\n`}`)
  }
  if (json) out.print(`${JSON.stringify({ boards: found }, null, 2)}\n`)
  return found.every(({ network }) => network === 'ok') ? EXIT.passed : EXIT.environment
}

/** By a label, by a port, or by the file of a device, whose own words say how it connects. */
async function reach(name: string, port: number): Promise<Reached> {
  if (/\.ya?ml$/i.test(name)) return reachByFirmware(name.replace(/^device:/, ''))
  const told = await reachOf(boardNamed(name), port)
  return told.network === null && port > 0 ? reachByItself(name, port) : told
}
