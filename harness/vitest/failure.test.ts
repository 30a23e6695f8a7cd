// What a device says stands in the message of a failed claim, and vitest prints it into the log of a CI job.

import { afterEach, expect, it, vi } from 'vitest'
import { claimError } from './call-site.ts'
import { errorAt } from './failure.ts'

const PLACE = { file: 'a.scenario.yaml', line: 3, column: 5, length: 6 }
const SAID = 'got:\n::stop-commands::x\n  #7 blue | ##[error]evil \u001b[31mred'

afterEach(() => vi.unstubAllEnvs())

it.each([
  ['of a scenario', () => errorAt('ClaimFailed', SAID, PLACE, 'expect')],
  ['of a test', () => claimError('ClaimFailed', SAID)],
])('a failure %s holds no command for the server whose log it stands in, and none for a terminal', (_, made) => {
  vi.stubEnv('GITHUB_ACTIONS', 'true')
  const { message, stack } = made()
  for (const text of [message, stack!]) {
    expect(text).not.toMatch(/^\s*::|##\[/m)
    expect(text).not.toContain('\u001b')
  }
  expect(message).toContain('##\\[error]evil')
})

it('elsewhere the words stay as they are', () => {
  for (const name of ['GITHUB_ACTIONS', 'TF_BUILD', 'TEAMCITY_VERSION']) vi.stubEnv(name, '')
  expect(claimError('ClaimFailed', 'a ##[b] c\n::d').message).toBe('a ##[b] c\n::d')
})
