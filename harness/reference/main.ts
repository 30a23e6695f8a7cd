// `npm run docs`: writes the pages and the schema that are made from the registries.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { files, ROOT } from './files.ts'

for (const [path, make] of Object.entries(files)) {
  writeFileSync(join(ROOT, path), make())
  console.log(path)
}
