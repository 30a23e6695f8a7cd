// scenarios/devices is complete: each quirk of a client has a scenario that is named after it or a line
// that says where it is tested instead, and each scenario that answers a complaint is in the table.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { clients } from '../../emulators/index.ts'
import { ROOT } from './files.ts'

const FOLDER = join(ROOT, 'scenarios/devices')
const page = readFileSync(join(FOLDER, 'README.md'), 'utf8')
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.scenario.yaml'))
/** By the letters of a quirk's id: how the names of its scenarios begin. A new client has its letters here. */
const PREFIX: Readonly<Record<string, string>> = {
  Q: 'umqtt',
  R: 'robust',
  M: 'minimqtt',
  QP: 'quecpython',
  P: 'pubsubclient',
  L: 'arduino-mqtt',
  A: 'mqtt_as',
  EC: 'espmqttclient',
  E: 'esp-mqtt',
}

// umqttsimple's own are those of umqtt.simple 1.3.
const quirks = Object.values(clients).flatMap((kind) =>
  kind.name === 'umqttsimple' ? [] : kind.quirks.map(({ id }) => id),
)
const own = [...new Set(quirks)]

describe('scenarios/devices', () => {
  it.each(own)('%s has a scenario of its name, or a line that says why not', (id) => {
    const [, letters, number] = /^([A-Z]+)(\d+)$/.exec(id)!
    const prefix = PREFIX[letters!]
    if (prefix === undefined)
      throw new Error(
        `${id}: add ${letters}: 'NAME' to PREFIX in harness/reference/devices.test.ts; its scenarios begin with that`,
      )
    const part = `-${letters!.toLowerCase()}${number!.padStart(2, '0')}-`
    const found = names.some((name) => name.startsWith(prefix) && name.includes(part))
    const shown = found || page.includes(`\n| ${id} |`)
    expect(
      shown,
      `add scenarios/devices/${prefix}${part}WHAT.scenario.yaml, or a line "| ${id} | why not |" to its README`,
    ).toBe(true)
  })

  it('has an answer to each of at least 32 complaints', () => {
    const table = page.slice(page.indexOf('| complaint |'), page.indexOf('Found here'))
    const rows = table.split('\n').filter((line) => line.startsWith('| '))
    expect(rows.length - 2).toBeGreaterThanOrEqual(32)
    for (const row of rows.slice(2)) expect(row).toMatch(/\.scenario\.yaml\)/)
  })

  it('links to what there is', () => {
    const links = [...page.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!)
    expect(links.filter((link) => !existsSync(join(FOLDER, link)))).toEqual([])
  })

  it('names tests that there are', () => {
    for (const [, file, test] of page.matchAll(/`(emulators\/\S+\.test\.ts)`: ([^|\n]+) \|/g))
      expect(readFileSync(join(ROOT, file!), 'utf8')).toContain(test!.trim())
  })
})
