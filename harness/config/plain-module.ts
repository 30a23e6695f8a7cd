// The default export of a module that needs no compiler: it imports nothing but types, and has no other type than what its
// export `satisfies`. Most configs are so, and a compiler takes longer to load than a short run of scenarios.

import { compileFunction } from 'node:vm'

const TYPE_IMPORT = /^import type [^'";]+ from (['"])[^'"\n]+\1;?[ \t]*$/gm
const SATISFIES = /\s+satisfies\s+[A-Za-z_$][\w$]*\s*;?\s*$/
/** What follows it begins on its line, and is no comment. */
const EXPORT = /^export default (?=[^\s/])/gm
/** A variable in place of the export, and as long: what goes wrong in the text is told by line and column. */
const VALUE = '$$defaultValue'
/** Where one of these stands, also in a text, a compiler or a loader reads the module. */
const OTHERS = /\b(?:import|export|require|await|module|exports|arguments|return|__dirname|__filename)\b/
const STRICT = "'use strict';"

/** Its exports; null: it must be loaded in another way, which also tells what is wrong with it. Throws what it throws. */
export function plainModule(path: string, text: string): { readonly default: unknown } | null {
  const withoutTypes = text.replace(TYPE_IMPORT, blank).replace(SATISFIES, '')
  if (withoutTypes.match(EXPORT)?.length !== 1) return null
  const body = withoutTypes.replace(EXPORT, () => `${VALUE}=`)
  if (OTHERS.test(body)) return null
  const run = compiled(path, body)
  return run === null ? null : { default: run() }
}

/** null: it is no JavaScript. */
function compiled(path: string, body: string): (() => unknown) | null {
  const options = { filename: path, columnOffset: -STRICT.length }
  try {
    return compileFunction(`${STRICT}${body}\nreturn ${VALUE}`, [VALUE], options) as () => unknown
  } catch {
    return null
  }
}

const blank = (text: string): string => text.replace(/[^\n]/g, ' ')
