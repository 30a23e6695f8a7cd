// What leaves a run, with what must not be seen taken out. The record is masked as it is made; this is for what
// people are told beside it.

import { Problem } from '../../emulators/index.ts'
import type { Broker } from '../brokers/index.ts'
import type { Secrets } from '../evidence/index.ts'
import type { Verdict } from '../judge/index.ts'

export const secretsOf = ({ access, deviceCredentials }: Broker): readonly string[] =>
  [access.credentials?.password, deviceCredentials?.password, access.tls?.key].filter((value) => value !== undefined)

export const redactText = (verdict: Verdict, secrets: Secrets): Verdict => ({
  ...verdict,
  expected: secrets.text(verdict.expected),
  got: secrets.text(verdict.got),
})

export function redactProblem(problem: Problem | null, secrets: Secrets): Problem | null {
  if (problem === null) return null
  const { code, message, hint, at } = problem
  if (secrets.text(message) === message && secrets.text(hint ?? '') === (hint ?? '')) return problem
  // Its cause may say it again, so that it is left behind.
  return new Problem(code, secrets.text(message), { at, hint: hint === undefined ? undefined : secrets.text(hint) })
}
