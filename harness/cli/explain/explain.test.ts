import { describe, expect, it } from 'vitest'
import { problems } from '../../problems/index.ts'
import { hil } from '../testing.ts'

describe('hil explain', () => {
  it('tells one code, by its whole name or by its last part', async () => {
    const { code, out } = await hil('explain', 'claim/inconclusive')
    expect(code).toBe(0)
    expect(out).toMatch(/^claim\/inconclusive\n\n {2}The harness itself lagged/)
    expect((await hil('explain', 'inconclusive')).out).toBe(out)
  })

  it('shows what it should look like', async () => {
    const { out } = await hil('explain', 'scenario/unquoted-expression')
    expect(out).toContain('\n    with: { keepalive: "${{ vars.keepalive }}" }\n')
  })

  it('lists an area, or all, also for machines', async () => {
    const { out } = await hil('explain', 'link')
    expect(out.match(/^\S+$/gm)?.every((code) => code.startsWith('link/'))).toBe(true)
    const all = JSON.parse((await hil('explain', '--json')).out) as { code: string; meaning: string }[]
    expect(all).toHaveLength(Object.keys(problems).length)
  })

  it('helps with a code that there is not', async () => {
    const { code, err } = await hil('explain', 'claim/faild')
    expect(code).toBe(2)
    expect(err).toContain('error cli/unknown-code')
    expect(err).toContain('did you mean "claim/failed"')
  })
})
