// Offsets of a text as places in it.

import type { Place } from '../../emulators/index.ts'

export type Placer = (start: number, end: number) => Place
