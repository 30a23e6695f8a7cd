import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findScenarios } from './files.ts'

const scratch = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'hil-test-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

const filesFrom = async (folder: string): Promise<string[]> =>
  (await findScenarios([folder])).map((file) => file.slice(folder.length + 1))

describe('the scenarios of a folder', () => {
  it('are those below it, sorted, without what npm has installed', async () => {
    const folder = scratch()
    for (const name of ['b/c', 'a', 'node_modules/x']) mkdirSync(join(folder, name), { recursive: true })
    for (const name of ['b/c/2', 'a/1', 'node_modules/x/3', '0'])
      writeFileSync(join(folder, `${name}.scenario.yaml`), '')
    writeFileSync(join(folder, 'a/gaps.yaml'), '')
    expect(await filesFrom(folder)).toEqual(['0.scenario.yaml', 'a/1.scenario.yaml', 'b/c/2.scenario.yaml'])
  })

  it('are found behind links, each once, and no link leads round in a circle', async () => {
    const [folder, elsewhere] = [scratch(), scratch()]
    writeFileSync(join(folder, '0.scenario.yaml'), '')
    writeFileSync(join(elsewhere, '1.scenario.yaml'), '')
    mkdirSync(join(folder, 'a'))
    symlinkSync(elsewhere, join(folder, 'a/linked'))
    symlinkSync(join(elsewhere, '1.scenario.yaml'), join(folder, 'file.scenario.yaml'))
    symlinkSync(folder, join(folder, 'a/up'))
    symlinkSync(elsewhere, join(elsewhere, 'itself'))
    symlinkSync(folder, join(elsewhere, 'back'))
    symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'))
    expect(await filesFrom(folder)).toEqual(['0.scenario.yaml', 'a/linked/1.scenario.yaml', 'file.scenario.yaml'])
  })
})
