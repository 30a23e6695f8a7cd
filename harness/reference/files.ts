// Every file that is made from the registries, and what is in it. `npm run docs` writes them, and
// a test compares them.

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { schemaText } from '../plan/index.ts'
import { apiPages } from './api-pages.ts'
import { clientsPage } from './clients.ts'
import { floorsTable } from './floors.ts'
import { kindsTypes } from './kinds-types.ts'
import { scenariosPage } from './scenarios.ts'

/** The clone that this runs in, also when the built file does. */
export const ROOT = rootOf(dirname(fileURLToPath(import.meta.url)))

export const files: Readonly<Record<string, () => string>> = {
  ...apiPages(() => ROOT),
  'docs/scenarios.md': () => scenariosPage(template('scenarios')),
  'docs/clients.md': () => clientsPage(template('clients')),
  'docs/architecture.md': () =>
    readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8').replace(
      /(?<=<!-- floors: [^\n]*-->\n).*?(?=\n<!-- \/floors -->)/s,
      floorsTable,
    ),
  'harness/vitest/kinds.ts': kindsTypes,
  'scenarios/scenario.schema.json': schemaText,
}

const template = (name: string): string => readFileSync(join(ROOT, `harness/reference/${name}.template.md`), 'utf8')

function rootOf(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootOf(dirname(folder))
}
