// What `hil list` does.

import { createColors } from 'picocolors'
import { showFile } from '../../api/show.ts'
import { openSuite } from '../../api/suite.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { selectionOf } from '../selecting.ts'
import { nothingMatched, printDiagnostics } from '../selection.ts'
import { terminal } from '../terminal.ts'
import type { ListArguments } from './command.ts'

export async function listAction(args: ListArguments): Promise<ExitCode> {
  const out = terminal()
  const { plans, selection } = await openSuite({ ...selectionOf(args), onDiagnostic: printDiagnostics(out) }, 'all')
  if (selection.errors > 0) return EXIT.usage
  if (args.json) {
    const rows = plans.map(({ name, description, file, place, variant, tags, verifies, skip, devices }) => ({
      name,
      description,
      file,
      line: place.line,
      variant,
      tags,
      verifies,
      skip,
      devices: Object.fromEntries(devices.map((device) => [device.name, device.use])),
    }))
    out.print(`${JSON.stringify(rows, null, 2)}\n`)
  } else {
    const c = createColors(out.color)
    for (const plan of plans) {
      const variant = plan.variant === '' ? '' : ` [${plan.variant}]`
      const tags = plan.tags.map((tag) => c.cyan(` #${tag}`)).join('')
      out.print(
        `${c.dim(`${showFile(plan.file)}:${plan.place.line}`)} ${plan.name}${variant}${tags}${plan.skip === null ? '' : c.dim(` (skipped: ${plan.skip})`)}\n`,
      )
    }
  }
  if (plans.length > 0) return EXIT.passed
  out.printError(nothingMatched(selection))
  return EXIT.nothingMatched
}
