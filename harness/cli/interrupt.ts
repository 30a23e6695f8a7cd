// A signal that asks the program to end: the first one stops what it does and cleans up, the second one leaves at once.
// Whatever the clean-up waits for, the program is gone after five seconds.

import { constants } from 'node:os'
import { EXIT } from '../problems/index.ts'
import type { Terminal } from './terminal.ts'

export interface Interruptible {
  readonly signal: AbortSignal
  done(): void
}

const TOLD = '\nstopping and cleaning up (Ctrl-C again to exit now)\n'

export const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
export type EndSignal = (typeof END_SIGNALS)[number]

/** What takes longer than that to clean up is left as it is; ms. The promise is five seconds, with the way out. */
const CLEAN_UP_LIMIT_MS = 4500

/** Of a program that this signal has ended, as shells count: 130, 143, 129. */
export const exitCodeOfSignal = (signal: EndSignal): number => 128 + constants.signals[signal]

/** The signal that interrupted the program; null: none did. */
let received: EndSignal | null = null

/** What is interrupted exits with the code of its signal, wherever that is decided. */
function remember(signal: EndSignal): void {
  if (received === null)
    process.on('exit', (code) => {
      if (code === EXIT.interrupted) process.exitCode = exitCodeOfSignal(received!)
    })
  received ??= signal
}

/** `told`: what the first one says; empty: nothing, because what it does is what was meant. */
export function interruptible(out: Terminal, told = TOLD): Interruptible {
  const controller = new AbortController()
  const off = onEndSignal(() => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted)
    out.printError(told)
    setTimeout(() => {
      out.printError('the clean-up took too long; leaving now\n')
      process.exit(EXIT.interrupted)
    }, CLEAN_UP_LIMIT_MS).unref()
    controller.abort()
  })
  return { signal: controller.signal, done: off }
}

/** Calls for each signal that asks the program to end, until it is called off. */
export function onEndSignal(heard: (signal: EndSignal) => void): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    remember(signal as EndSignal)
    heard(signal as EndSignal)
  }
  for (const signal of END_SIGNALS) process.on(signal, onSignal)
  return () => {
    for (const signal of END_SIGNALS) process.off(signal, onSignal)
  }
}
