import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readMap } from './hardware-map.ts'
import { quarantineOf, showQuarantined, usesQuarantined, WITH_QUARANTINED } from './quarantine.ts'

const folder = mkdtempSync(join(tmpdir(), 'hil-quarantine-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const mapOf = (quarantine: string) => {
  const file = join(folder, 'map.yaml')
  writeFileSync(file, `boards:\n  - { label: shelf, port: /dev/none, quarantine: ${quarantine} }\n`)
  return readMap(file)
}
const told = (quarantine: string, today: string): string | null => {
  const aside = quarantineOf(mapOf(quarantine)[0]!, new Date(`${today}T12:00:00Z`))
  return aside === null ? null : showQuarantined(aside)
}

describe('quarantine: of the hardware map', () => {
  it('is a reason, for as long as it stands there', () => {
    expect(told('loses its Wi-Fi', '2040-01-01')).toBe('shelf is in quarantine: loses its Wi-Fi')
  })
  it('ends after its last day', () => {
    const until = '{ reason: loses its Wi-Fi, until: 2027-01-31 }'
    expect(told(until, '2027-01-31')).toBe('shelf is in quarantine until 2027-01-31: loses its Wi-Fi')
    expect(told(until, '2027-02-01')).toBeNull()
  })
  it.each(['{ until: 2027-01-31 }', '{ reason: x, until: soon }', '""', '{ reason: x, til: 2027-01-31 }'])(
    'is refused as %s',
    (quarantine) => {
      expect(() => mapOf(quarantine)).toThrow(
        expect.objectContaining({ code: 'board/bad-map', at: expect.objectContaining({ line: 2 }) }),
      )
    },
  )
})

describe('the wish to use them all the same', () => {
  let before: string | undefined
  beforeAll(() => {
    before = process.env[WITH_QUARANTINED]
  })
  afterEach(() => {
    if (before === undefined) delete process.env[WITH_QUARANTINED]
    else process.env[WITH_QUARANTINED] = before
  })
  it('is in the environment', () => {
    process.env[WITH_QUARANTINED] = '1'
    expect(usesQuarantined()).toBe(true)
    process.env[WITH_QUARANTINED] = ''
    expect(usesQuarantined()).toBe(false)
  })
})
