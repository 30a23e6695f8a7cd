// The verbs of client calls, as the methods of a record: what a library has no method for is asked for by the verb's name.

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
