// What `hil schema` does.

import { basename, dirname } from 'node:path'
import { loadConfig } from '../../config/index.ts'
import { scenarioSchema } from '../../plan/index.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { writeReport } from '../../report/index.ts'
import { terminal } from '../terminal.ts'

export async function schemaAction(args: { readonly output?: string | undefined }): Promise<ExitCode> {
  // What the project adds to the language is in it.
  await loadConfig(undefined)
  const text = `${JSON.stringify(scenarioSchema(), null, 2)}\n`
  if (args.output === undefined) terminal().print(text)
  else await writeReport(dirname(args.output), basename(args.output), text)
  return EXIT.passed
}
