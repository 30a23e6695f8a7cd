// A field case: a small input as users have written it, and what is right about it. The folder fixtures/field-cases
// says how one is written; field-cases.test.ts runs them all by the command line, in this process.

import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

export const FIELD_CASES = resolve(import.meta.dirname, '../fixtures/field-cases')

const list = z.union([z.string().transform((one) => [one]), z.array(z.string())])

const shape = z.strictObject({
  /** What is right, in a sentence; the name of the test. */
  right: z.string(),
  /** Arguments of `hil`; a file of the folder stands for its path, and {port} for a free port. */
  run: z.array(z.string()).default(['run', 'case.scenario.yaml']),
  exit: z.number(),
  /** Each must be found in what is printed: text, or /a regular expression/. */
  says: list.default([]),
  'never-says': list.default([]),
  /** Environment variables; null removes one. */
  env: z.record(z.string(), z.string().nullable()).default({}),
  /** Programs that must be there. */
  needs: list.default([]),
  /** A command that runs beside it and listens on {port}. */
  beside: z.array(z.string()).optional(),
})

export interface FieldCase extends z.output<typeof shape> {
  readonly name: string
  readonly folder: string
}

/** All cases, by name. Throws when one has no `expected.yaml`, or one that cannot be read. */
export function fieldCases(folder = FIELD_CASES): readonly FieldCase[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => fieldCase(join(folder, entry.name), entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function fieldCase(folder: string, name: string): FieldCase {
  const file = join(folder, 'expected.yaml')
  const read = shape.safeParse(parse(readFileSync(file, 'utf8')))
  if (!read.success) throw new Error(`${file}: ${z.prettifyError(read.error)}`)
  return { ...read.data, name, folder }
}

/** What the case says and the output has not, or has and must not; empty: it is as expected. */
export function objections({ says, 'never-says': never }: FieldCase, output: string): readonly string[] {
  return [
    ...says.filter((wanted) => !found(wanted, output)).map((wanted) => `it does not say: ${wanted}`),
    ...never.filter((wrong) => found(wrong, output)).map((wrong) => `it says: ${wrong}`),
  ]
}

function found(wanted: string, output: string): boolean {
  const [, regex, flags] = /^\/(.*)\/([ims]*)$/s.exec(wanted) ?? []
  return regex === undefined ? output.includes(wanted) : new RegExp(regex, flags).test(output)
}

/** The arguments with the case's own files and the port filled in. */
export function argumentsOf({ run, folder }: FieldCase, port: number, output: string): string[] {
  const own = new Set(readdirSync(folder))
  const filled = run.map((word) => {
    const [flag, value] = /^(--[\w-]+=)(.*)$/s.exec(word)?.slice(1) ?? ['', word]
    return flag! + (own.has(value!) ? join(folder, value!) : value!.replaceAll('{port}', String(port)))
  })
  return run[0] === 'run' || run[0] === 'replay' ? [...filled, '--output', output] : filled
}
