// The coverage table of report.html: the statements of MQTT 3.1.1, or of 5 where all scenarios are about that, that
// something tested or should have,
// and whatever else scenarios say they verify, such as an issue's number.

import { coverageOf, isAbout, type RanScenario, type Statement, statementsOf } from '../coverage/index.ts'
import type { CoverageData, Results } from './page/model.ts'

export function coverageData({ scenarios: all }: Results): CoverageData {
  const version = all.length > 0 && all.every(isAbout('5')) ? '5' : '3.1.1'
  const scenarios = all.filter(isAbout(version))
  const known = statementsOf(version)
  const ids = new Set(known.map(({ id }) => id))
  const others = [...new Set(scenarios.flatMap(({ verifies }) => verifies))].filter((id) => !ids.has(id)).sort()
  const statements: readonly (Statement | { readonly id: string })[] = [...known, ...others.map((id) => ({ id }))]
  const asStatements = statements.map((s): Statement => ({ side: 'both', testable: 'partly', how: '', ...s }))
  const coverage = coverageOf(asStatements, scenarios as readonly RanScenario[])
  const { totals } = coverageOf(known, scenarios as readonly RanScenario[])
  return {
    subjects: coverage.subjects,
    totals,
    statements: coverage.statements.map(({ statement, subjects, missing }) => {
      const isOther = !ids.has(statement.id)
      return {
        id: statement.id,
        side: isOther ? '' : statement.side,
        how: statement.how,
        testable: isOther ? '' : statement.testable,
        missing: isOther ? [] : missing,
        subjects,
      }
    }),
  }
}
