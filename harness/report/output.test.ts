// Where results cannot be written is told in one sentence, before anything is run.

import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { guarded } from './guarded.ts'
import { prepareOutput } from './output.ts'
import { Folder, oneOfEach } from './testing.ts'

describe('the output folder', () => {
  it('is made, with all above it', async () => {
    using folder = new Folder()
    const output = join(folder.path, 'a', 'b', 'c')
    await prepareOutput(output)
    await prepareOutput(output)
    expect(statSync(output).isDirectory()).toBe(true)
  })

  it('that is a file, or below one, is a Problem', async () => {
    using folder = new Folder()
    const file = join(folder.path, 'file')
    writeFileSync(file, '')
    const code = 'report/bad-output'
    await expect(prepareOutput(file)).rejects.toMatchObject({
      code,
      message: expect.stringContaining('a file of that name'),
    })
    await expect(prepareOutput(join(file, 'x'))).rejects.toMatchObject({
      code,
      message: expect.stringContaining('a file stands'),
    })
  })

  // Node's recursive mkdir never returns there.
  it.skipIf(!existsSync('/proc/self'))('in a place that takes no folders is a Problem, too', async () => {
    await expect(prepareOutput('/proc/nothing/x')).rejects.toMatchObject({ code: 'report/bad-output' })
  })
})

describe('a reporter that throws', () => {
  it('is heard no more, and its trouble is told once', async () => {
    using folder = new Folder()
    const result = await oneOfEach(folder.path)
    const heard: string[] = []
    const troubles: unknown[] = []
    const reporter = guarded(
      {
        onScenarioEnd(run) {
          heard.push(run.plan.name)
          throw new Error('no more paper')
        },
        onEnd: () => void heard.push('end'),
      },
      (error) => troubles.push(error),
    )
    for (const { run } of result.scenarios) reporter.onScenarioEnd?.(run, true)
    await reporter.onEnd?.(result)
    expect(heard).toEqual(['passed'])
    expect(troubles).toEqual([new Error('no more paper')])
  })

  it('at its end does not keep the run from ending', async () => {
    using folder = new Folder()
    const result = await oneOfEach(folder.path)
    const troubles: unknown[] = []
    const reporter = guarded({ onEnd: () => Promise.reject(new Error('disk full')) }, (error) => troubles.push(error))
    await reporter.onEnd?.(result)
    expect(troubles).toHaveLength(1)
  })
})
