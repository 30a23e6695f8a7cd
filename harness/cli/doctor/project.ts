// The brokers that can be had here, and this folder: its config and the schema that editors read.

import { readFile } from 'node:fs/promises'
import { Problem } from '../../../emulators/core/problem.ts'
import { simpleBrokers, tryBroker } from '../../api/brokers.ts'
import { projectConfig, type ResolvedConfig } from '../../api/project.ts'
import { schemaText } from '../../api/schema.ts'
import { type DoctorFinding, good, note, wrong } from './finding.ts'

export async function config(named: string | undefined): Promise<readonly [ResolvedConfig, DoctorFinding]> {
  try {
    const found = await projectConfig(named)
    const keys = Object.keys(found)
    const what = keys.length === 0 ? 'none here; every setting has a default' : `sets ${keys.join(', ')}`
    return [found, good('config', what)]
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return [{}, wrong('config', error.message, error.hint)]
  }
}

export async function schema(file = 'scenarios/scenario.schema.json'): Promise<DoctorFinding | null> {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return null
  const same = text.replace(/\s/g, '') === schemaText().replace(/\s/g, '')
  return same
    ? good('schema', `${file} is of this version`)
    : note(
        'schema',
        `${file} is of another version: editors complete what hil does not know`,
        `hil schema --output ${file}`,
      )
}

/** Those that the config names, and the one that runs use, are started and stopped again; of other kinds, whether they are installed. */
export async function brokersFound(config: ResolvedConfig): Promise<DoctorFinding[]> {
  const used = [...new Set([config.broker ?? 'aedes', ...Object.keys(config.brokers ?? {})])]
  const others = simpleBrokers().filter(({ name }) => !used.includes(name))
  const findings: DoctorFinding[] = []
  for (const name of used) findings.push(await tried(name, config, name === used[0] ? wrong : note))
  for (const kind of others) {
    const why = await kind.available()
    findings.push(why === null ? good(`broker ${kind.name}`, 'is installed') : note(`broker ${kind.name}`, why))
  }
  return findings
}

/** `absent`: what it comes to when the broker cannot be had here. */
async function tried(name: string, config: ResolvedConfig, absent: typeof note): Promise<DoctorFinding> {
  const about = `broker ${name}`
  try {
    const { absent: why, version, took } = await tryBroker(name, config)
    if (why !== null) return absent(about, why)
    return good(about, [version, `answers after ${Math.round(took)} ms`].filter((part) => part !== '').join(', '))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return wrong(about, error.message.split('\n')[0]!, error.hint)
  }
}
