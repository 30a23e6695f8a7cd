// Packages that only some commands need. Some come with mqtt-hil unless npm is told --omit=optional, or where they cannot be built; others
// are for whoever wants them to install.

import { Problem } from './problem.ts'

/** Throws Problem `run/no-package` when the package is not installed; `what` needs it, as `--metrics` does. */
export async function optionalPackage<T>(name: string, what: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const missing = /MODULE_NOT_FOUND$/.test(code ?? '') && message.includes(`'${name}'`)
    if (!missing) throw cause
    throw new Problem('run/no-package', `${what} needs the package ${name}, which is not installed`, {
      hint: `npm install ${name}`,
      cause,
    })
  }
}
