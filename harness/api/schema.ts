// The schema of scenarios, for editors.

import { schemaText } from '../plan/index.ts'
import { writeReport } from '../report/index.ts'
import { projectConfig } from './project.ts'

/** As it is without a project, as text. */
export { schemaText }

/** With what the project of the current folder adds to the language. Throws Problem `config/…`. */
export async function scenarioSchemaText(): Promise<string> {
  await projectConfig()
  return schemaText()
}

/** Writes a text into a folder, which is made. Throws Problem `report/not-written`. */
export const writeText: (folder: string, name: string, text: string) => Promise<void> = writeReport
