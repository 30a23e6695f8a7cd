// The name of a test, the same in all that CI runs.

import { relative, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '..')

/** By its file and titles, which vitest's list joins, and its results do not. */
export const nameOf = (file, titles) => `${relative(ROOT, file)} > ${titles.join(' > ')}`
