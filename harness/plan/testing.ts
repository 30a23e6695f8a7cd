// For tests: scenarios as text, compiled as for aedes.

import { milliseconds } from '../../emulators/index.ts'
import { type Diagnostic, isError } from '../scenario/index.ts'
import { type CompileOptions, type CompileResult, compile } from './compile/compile.ts'
import type { Claim, Plan, RunScope, Step } from './model/plan.ts'

export const FILE = 'test.scenario.yaml'

export function compiled(text: string, options: Partial<CompileOptions> = {}): CompileResult {
  const broker = () => ({ name: 'aedes', keepaliveSlack: milliseconds(250) })
  return compile(FILE, text, { broker, ...options })
}

export const complaints = (text: string, options?: Partial<CompileOptions>): readonly Diagnostic[] =>
  compiled(text, options).diagnostics.all

/** All plans; throws with the first mistake when there is one. */
export function plansOf(text: string, options?: Partial<CompileOptions>): readonly Plan[] {
  const { plans, diagnostics } = compiled(text, options)
  const wrong = diagnostics.all.find(isError)
  if (wrong !== undefined) throw new Error(`${wrong.at.line}:${wrong.at.column} ${wrong.code}: ${wrong.message}`)
  return plans
}

export const planFrom = (text: string, options?: Partial<CompileOptions>): Plan => plansOf(text, options)[0]!

/** A scenario of two devices and these steps, which begin in line 7. */
export const withSteps = (steps: string, head = ''): string => `name: test
version: 1
devices:
  blue: { use: umqtt.simple, signals: { led: { pin: 2 } } }
  green: { use: umqtt.robust }
${head === '' ? '# steps' : head}
steps:
${steps}
`

const NOTHING: RunScope = { saved: {}, i: 0 }

export function claimOf(step: Step | undefined, scope = NOTHING): Claim {
  if (step?.kind !== 'claim') throw new Error(`not a claim: ${step?.kind}`)
  return step.claim(scope)
}

/** What a call step asks of its device, or an action's arguments. */
export function asked(step: Step | undefined, scope = NOTHING): unknown {
  if (step?.kind === 'call') return step.call(scope)
  if (step?.kind === 'action') return step.args(scope)
  throw new Error(`neither call nor action: ${step?.kind}`)
}
