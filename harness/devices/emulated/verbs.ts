// A general call in a library's own words. What the library cannot say at all is asked for by its
// general name, so that the device raises AttributeError, as the program of a user would.

import { type ClientKind, inSeconds, type PyValue } from '../../../emulators/index.ts'
import type { GeneralCall } from '../device.ts'

export interface VerbCall {
  readonly method: string
  readonly args: readonly PyValue[]
  readonly kwargs: Readonly<Record<string, PyValue>>
}

/** `options`: what the client's constructor was given. */
export function inLibraryWords(
  client: ClientKind,
  call: GeneralCall,
  options: Readonly<Record<string, PyValue>>,
): readonly [VerbCall, ...VerbCall[]] {
  const { verbs } = client
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
  const orMissing = (said: VerbCall | null | undefined): VerbCall => said ?? { method: call.verb, args: [], kwargs: {} }
  switch (call.verb) {
    case 'connect':
      return [orMissing(verbs.connect({ clean: call.clean }))]
    case 'publish':
      return [
        orMissing(
          verbs.publish({ topic: bytes(call.topic), payload: call.payload, qos: call.qos, retain: call.retain }),
        ),
      ]
    case 'subscribe':
      return each(call.topics, (topic) => orMissing(verbs.subscribe({ topic: bytes(topic), qos: call.qos })))
    case 'unsubscribe':
      return each(call.topics, (topic) => orMissing(verbs.unsubscribe({ topic: bytes(topic) })))
    case 'call':
      return [{ method: call.method, args: call.args, kwargs: call.kwargs }]
    case 'loop':
      return [orMissing(verbs.loop?.({ timeout: call.timeout === undefined ? undefined : inSeconds(call.timeout) }))]
    case 'check':
    case 'wait':
      return [orMissing(verbs[call.verb](options))]
    case 'ping':
    case 'disconnect':
      return [orMissing(verbs[call.verb]())]
    case 'auth':
    case 'send':
    case 'exec':
    case 'upload':
      return [orMissing(null)]
  }
}

function each(topics: readonly string[], say: (topic: string) => VerbCall): readonly [VerbCall, ...VerbCall[]] {
  const [first, ...rest] = topics.map(say)
  return [first!, ...rest]
}
