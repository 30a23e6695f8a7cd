// A reporter that fails must not take the run with it, nor the other reporters. It is heard no
// more, and its trouble is told at the end.

import type { Reporter } from './reporter.ts'

export function guarded(reporter: Reporter, onTrouble: (error: unknown) => void): Reporter {
  let broken = false
  const failed = (error: unknown): void => {
    broken = true
    onTrouble(error)
  }
  const heard = (tell: () => void): void => {
    if (broken) return
    try {
      tell()
    } catch (error) {
      failed(error)
    }
  }
  return {
    onBegin: (plans, options) => heard(() => reporter.onBegin?.(plans, options)),
    onScenarioBegin: (plan, repetition, attempt) => heard(() => reporter.onScenarioBegin?.(plan, repetition, attempt)),
    onStep: (plan, repetition, path) => heard(() => reporter.onStep?.(plan, repetition, path)),
    onTime: (plan, repetition, time) => heard(() => reporter.onTime?.(plan, repetition, time)),
    onScenarioEnd: (run, final) => heard(() => reporter.onScenarioEnd?.(run, final)),
    async onEnd(result) {
      if (broken) return
      try {
        await reporter.onEnd?.(result)
      } catch (error) {
        failed(error)
      }
    },
  }
}
