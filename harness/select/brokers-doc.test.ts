// The configs that docs/brokers.md shows are read as a user's own would be.

import { readFileSync } from 'node:fs'
import { createJiti } from 'jiti'
import { expect, test } from 'vitest'
import { type BrokerKind, brokers } from '../brokers/index.ts'
import { configSchema } from '../config/config.ts'
import { readGaps } from '../plan/index.ts'

const text = readFileSync(new URL('../../docs/brokers.md', import.meta.url), 'utf8')
const blocks = (language: string): string[] =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map((match) => match[1]!)

test('every broker of its configs is one that can be used so', async () => {
  const seen: string[] = []
  for (const source of blocks('ts')) {
    const module = (await createJiti(import.meta.url, { fsCache: false }).evalModule(source, {
      async: true,
      filename: import.meta.filename.replace(/test\.ts$/, 'doc.ts'),
    })) as {
      default: unknown
    }
    const config = configSchema.parse(module.default)
    for (const [name, { use, ...options }] of Object.entries(config.brokers ?? {})) {
      const kind = (brokers as Readonly<Record<string, BrokerKind>>)[use]!
      expect(kind.keepaliveSlack(options)).toBeGreaterThan(0)
      seen.push(name)
    }
  }
  expect(seen).toEqual(expect.arrayContaining(['emqx', 'hivemq', 'vernemq', 'nanomq', 'strict', 'ours']))
})

test('its gaps are read', () => {
  const nameable = {
    brokers: new Set(['nats', 'aedes']),
    statements: new Set(['MQTT-3.3.5-1']),
    scenarios: new Set(['its name']),
  }
  for (const source of blocks('yml')) {
    const { gaps, diagnostics } = readGaps('gaps.yaml', source, nameable)
    expect(diagnostics.all).toEqual([])
    expect(gaps.map((gap) => gap.brokers)).toEqual([['nats'], ['aedes']])
  }
})

test('it names every kind there is, with its slack', () => {
  for (const name of Object.keys(brokers)) expect(text).toMatch(new RegExp(`\\| \`${name}\` +\\|`))
})
