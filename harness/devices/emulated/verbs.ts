// A general call in a library's own words. What the library cannot say at all is asked for by its
// general name, so that the device raises AttributeError, as the program of a user would. What is said of MQTT 5 is a call
// of the library before it.

import { type ClientKind, inSeconds, type PyValue, type Said5, type Verb5 } from '../../../emulators/index.ts'
import type { GeneralCall } from '../device.ts'

export interface VerbCall {
  readonly method: string
  readonly args: readonly PyValue[]
  readonly kwargs: Readonly<Record<string, PyValue>>
  /** What it must return, or the calls behind it are not made. Absent: anything. */
  readonly done?: string | undefined
}

/** The last is the verb's own. `options`: what the client's constructor was given. */
export function inLibraryWords(
  client: ClientKind,
  call: GeneralCall,
  options: Readonly<Record<string, PyValue>>,
): readonly [VerbCall, ...VerbCall[]] {
  const { verbs } = client
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
  const orMissing = (said: VerbCall | null | undefined): VerbCall => said ?? { method: call.verb, args: [], kwargs: {} }
  const with5 = (verb: Verb5, said: Said5, own: VerbCall): readonly [VerbCall, ...VerbCall[]] => {
    const before = client.mqtt5?.before(verb, said) ?? null
    return before === null ? [own] : [{ ...before, done: client.mqtt5!.done }, own]
  }
  switch (call.verb) {
    case 'connect':
      return with5('connect', call, orMissing(verbs.connect({ clean: call.clean })))
    case 'publish': {
      const { topic, payload, qos, retain } = call
      return with5('publish', call, orMissing(verbs.publish({ topic: bytes(topic), payload, qos, retain })))
    }
    case 'subscribe':
      return each(call.topics, (topic) =>
        with5('subscribe', call, orMissing(verbs.subscribe({ topic: bytes(topic), qos: call.qos }))),
      )
    case 'unsubscribe':
      return each(call.topics, (topic) =>
        with5('unsubscribe', call, orMissing(verbs.unsubscribe({ topic: bytes(topic) }))),
      )
    case 'call':
      return [{ method: call.method, args: call.args, kwargs: call.kwargs }]
    case 'loop':
      return [orMissing(verbs.loop?.({ timeout: call.timeout === undefined ? undefined : inSeconds(call.timeout) }))]
    case 'check':
    case 'wait':
      return [orMissing(verbs[call.verb](options))]
    case 'disconnect':
      return with5('disconnect', call, orMissing(verbs.disconnect()))
    case 'ping':
      return [orMissing(verbs.ping())]
    case 'auth':
    case 'send':
    case 'exec':
    case 'upload':
      return [orMissing(null)]
  }
}

function each(
  topics: readonly string[],
  say: (topic: string) => readonly VerbCall[],
): readonly [VerbCall, ...VerbCall[]] {
  const [first, ...rest] = topics.flatMap(say)
  return [first!, ...rest]
}
