// A virtual run has the process for itself: its time is everybody's. Real runs may be side by side.

type Kind = 'virtual' | 'real'

interface Waiting {
  readonly kind: Kind
  readonly begin: () => void
}

const waiting: Waiting[] = []
let running: Kind | null = null
let count = 0

/** In order of arrival, so that neither kind waits for ever. */
function next(): void {
  for (;;) {
    const first = waiting[0]
    if (first === undefined || !(running === null || (running === 'real' && first.kind === 'real'))) return
    waiting.shift()
    running = first.kind
    count++
    first.begin()
  }
}

/** Resolves when the run may begin; to be called at its end. */
export function turnOf(kind: Kind): Promise<() => void> {
  return new Promise((resolve) => {
    const begin = (): void =>
      resolve(() => {
        if (--count === 0) running = null
        next()
      })
    waiting.push({ kind, begin })
    next()
  })
}
