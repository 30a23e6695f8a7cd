// The scenarios that come with the package, by a name that is the same wherever npm has put it:
// `mqtt-hil/conformance/broker` is that folder of its `scenarios`.

import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { packageFolder } from '../config/package.ts'
import { SUFFIX } from '../plan/index.ts'

const PREFIX = /^mqtt-hil(?=\/|$)/

/** A path of the user's own stays as it is, even when it begins like that. `mqtt-hil/01-hello`: that file without its end. */
export function shippedPath(path: string): string {
  if (!PREFIX.test(path) || existsSync(path)) return path
  const folder = packageFolder()
  if (folder === null) return path
  const shipped = join(folder, path.replace(PREFIX, 'scenarios'))
  return relative('.', existsSync(shipped) || !existsSync(shipped + SUFFIX) ? shipped : shipped + SUFFIX)
}
