// The verbs of client calls, as the methods of a record: what a library has no method for is asked for by the verb's name.

import type { ClientKind } from '../../emulators/index.ts'
import type { MethodNames } from './kind.ts'

export const CALL_VERBS: readonly string[] = [
  'connect',
  'publish',
  'subscribe',
  'unsubscribe',
  'check',
  'wait',
  'loop',
  'ping',
  'disconnect',
  'auth',
]

/** What a client of this library can be asked by name; `raises`: what its methods raise, where that is known. */
export const libraryNames = ({ methods }: ClientKind, raises: readonly string[] = []): MethodNames => ({
  methods: [...Object.keys(methods), ...CALL_VERBS],
  raises,
  parameters: Object.fromEntries(
    Object.entries(methods).map(([name, signature]) => [name, signature.map((one) => one.name)]),
  ),
})
