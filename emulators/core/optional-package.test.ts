import { expect, it } from 'vitest'
import { optionalPackage } from './optional-package.ts'

const absent = 'a-package-that-nobody-has'

it('tells of a package that is not installed, and who needs it', async () => {
  await expect(optionalPackage(absent, '--queue', () => import(absent))).rejects.toMatchObject({
    code: 'run/no-package',
    message: `--queue needs the package ${absent}, which is not installed`,
    hint: expect.stringContaining(`npm install ${absent}`),
  })
})

it('hides no other failure, nor that of a package that the package needs', async () => {
  const broken = Object.assign(new Error("Cannot find package 'other' imported from x"), {
    code: 'ERR_MODULE_NOT_FOUND',
  })
  await expect(optionalPackage('yaml', '--queue', () => Promise.reject(broken))).rejects.toBe(broken)
  expect(await optionalPackage('yaml', '--queue', () => import('yaml'))).toHaveProperty('parse')
})
