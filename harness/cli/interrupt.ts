// Ctrl-C: the first one stops the run and gives everything back, the second one leaves at once.

import { EXIT } from '../problems/index.ts'
import type { Terminal } from './terminal.ts'

export interface Interruptible {
  readonly signal: AbortSignal
  done(): void
}

const TOLD = '\nstopping, and giving everything back (once more leaves at once)\n'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** `told`: what the first one says; empty: nothing, because what it does is what was meant. */
export function interruptible(out: Terminal, told = TOLD): Interruptible {
  const controller = new AbortController()
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted)
    out.printError(told)
    controller.abort()
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return {
    signal: controller.signal,
    done() {
      for (const signal of SIGNALS) process.off(signal, onSignal)
    },
  }
}
