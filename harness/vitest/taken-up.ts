// Whether somebody waits for what a test asked. A claim that nobody awaits decides nothing: its test has ended before it, or
// goes on past what should have failed it. Promises know who listens to them, and these say so.

import type { InteractiveSession } from '../run/index.ts'
import { type CallSite, claimError } from './call-site.ts'

interface Asked {
  /** As it stands in the test. */
  readonly what: string
  readonly site: CallSite
  /** A claim must be decided when the test ends; a call may hang. */
  readonly isClaim: boolean
  /** How often `then` is still called by vitest, and not by the test. */
  passes: number
  taken: boolean
  settled: 'no' | 'resolved' | 'rejected'
  error: unknown
}

const asked = new WeakMap<InteractiveSession, Asked[]>()

/** A promise that knows whether somebody waits for it: `await`, `then`, `catch`, `Promise.all`. */
class Watched<T> extends Promise<T> {
  /** What `then` gives is an ordinary promise again, unless vitest stands between. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  #of: Asked | null = null

  static of<T>(work: Promise<T>, of: Asked): Watched<T> {
    const watched = new Watched<T>((resolve, reject) => void work.then(resolve, reject))
    watched.#of = of
    // A rejection that nobody heard is told at the end of the test, and not as one of nobody's.
    void Promise.prototype.then.call(watched, undefined, () => {})
    return watched
  }

  // biome-ignore lint/suspicious/noThenProperty: a promise has one, and who calls it waits
  override then<A = T, B = never>(
    onResolved?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    const of = this.#of
    const next = super.then(onResolved, onRejected)
    if (of === null) return next
    if (of.passes > 0) {
      of.passes--
      // vitest gives nothing on: what the matcher found is what its promise is of.
      const found = super.then(
        (value) => (value as { readonly found?: unknown } | undefined)?.found,
        () => undefined,
      )
      return Watched.of(
        next.then(() => found as Promise<A>),
        of,
      )
    }
    of.taken = true
    return next
  }
}

/**
 * The same promise, which `forgotten` looks at when the test ends. `passes`: how often vitest takes it up before it gives it to
 * the test: once for what a matcher returns.
 */
export function watched<T>(
  rig: InteractiveSession,
  work: Promise<T>,
  { what, site, isClaim }: Pick<Asked, 'what' | 'site' | 'isClaim'>,
): Promise<T> {
  const one: Asked = { what, site, isClaim, passes: isClaim ? 1 : 0, taken: false, settled: 'no', error: undefined }
  const all = asked.get(rig) ?? []
  asked.set(rig, [...all, one])
  work.then(
    () => {
      one.settled = 'resolved'
    },
    (error: unknown) => {
      one.settled = 'rejected'
      one.error = error
    },
  )
  return Watched.of(work, one)
}

/** For each claim and call that nobody waited for, and each claim that is still open, an error with its line. */
export function forgotten(rig: InteractiveSession): readonly Error[] {
  return (asked.get(rig) ?? []).flatMap((one) => {
    const open = one.isClaim && one.settled === 'no'
    if (one.taken && !open) return []
    const state = open ? 'it is still open at the end of the test' : STATES[one.settled]
    const why = one.settled === 'rejected' && one.error instanceof Error ? `\n${one.error.message}` : ''
    const message = `${one.what} was not awaited: ${state}${why}\n  hint: await it`
    return [one.site.place(claimError('ClaimFailed', message))]
  })
}

const STATES = {
  no: 'it had not ended when the test did',
  resolved: 'it came true, and the test did not wait for that',
  rejected: 'it failed, and the test went on',
}
