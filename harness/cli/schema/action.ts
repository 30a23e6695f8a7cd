// What `hil schema` does.

import { basename, dirname } from 'node:path'
import { scenarioSchemaText, writeText } from '../../api/schema.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { terminal } from '../terminal.ts'

export async function schemaAction(args: { readonly output?: string | undefined }): Promise<ExitCode> {
  const text = await scenarioSchemaText()
  if (args.output === undefined) terminal().print(text)
  else await writeText(dirname(args.output), basename(args.output), text)
  return EXIT.passed
}
