// What `hil list` does.

import { createColors } from 'picocolors'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { select } from '../../select/index.ts'
import { nothingMatched, printDiagnostics } from '../selection.ts'
import { terminal } from '../terminal.ts'
import type { ListArguments } from './command.ts'

export async function listAction(args: ListArguments): Promise<ExitCode> {
  const out = terminal()
  const selected = await select(args, { onDiagnostic: printDiagnostics(out) })
  const { errors } = selected
  const plans = selected.jobs.map(({ plan }) => plan)
  if (errors > 0) return EXIT.usage
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
        `${c.dim(`${plan.file}:${plan.place.line}`)} ${plan.name}${variant}${tags}${plan.skip === null ? '' : c.dim(` (skipped: ${plan.skip})`)}\n`,
      )
    }
  }
  if (plans.length > 0) return EXIT.passed
  out.printError(nothingMatched(selected))
  return EXIT.nothingMatched
}
