// A sketch around a library for Arduino, whose calls tell of failures by returning false: what a fleet's device does with
// that, as the libraries' examples do.

import { type Program, PythonError, type PyValue, sleep } from '../board.ts'
import type { EmulatedClient, Options } from '../clients/client.ts'
import type { Duration } from '../core/time.ts'

/** A false of these is a failure; of any other it is an answer. */
const FAIL_BY_FALSE: readonly string[] = ['connect', 'loop', 'publish', 'subscribe', 'unsubscribe']

export class Sketch implements EmulatedClient {
  readonly #client: EmulatedClient
  readonly #connect: string
  readonly #retry: Duration | null

  /** `connect`: the method that does. `retry`: between two attempts, for ever; null: one attempt a call, which may raise. */
  constructor(client: EmulatedClient, connect: string, retry: Duration | null) {
    this.#client = client
    this.#connect = connect
    this.#retry = retry
  }

  /** Raises `false: METHOD` where the library says false. */
  *call(method: string, args: readonly PyValue[], kwargs: Options): Program<PyValue> {
    let value = yield* this.#client.call(method, args, kwargs)
    while (value === false && method === this.#connect && this.#retry !== null) {
      yield* sleep(this.#retry)
      value = yield* this.#client.call(method, args, kwargs)
    }
    if (value === false && FAIL_BY_FALSE.includes(method)) throw new PythonError('false', method)
    return value
  }
}
