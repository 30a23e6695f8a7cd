// Finds the gaps that hold for scenario files: a gaps.yaml holds for all scenarios of its folder and below.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize, relative } from 'node:path'
import { BROKER_ALIASES, brokers } from '../brokers/index.ts'
import type { ResolvedConfig } from '../config/index.ts'
import { findScenarios, GAPS_FILE, type KnownGap, readGaps } from '../plan/index.ts'
import { childOf, type Diagnostic, type Node, parseScenarioText } from '../scenario/index.ts'

export interface FoundGaps {
  /** For a scenario file. */
  of(file: string): readonly KnownGap[]
}

/** Told of each mistake, with the text that it is in. */
export type OnDiagnostic = (diagnostic: Diagnostic, text: string) => void

export async function findGaps(
  files: readonly string[],
  config: ResolvedConfig,
  onDiagnostic: OnDiagnostic,
): Promise<FoundGaps> {
  const folders = new Map<string, readonly KnownGap[]>()
  for (const folder of new Set(files.flatMap(foldersOf))) {
    const file = join(folder, GAPS_FILE)
    if (!existsSync(file)) continue
    const text = await readFile(file, 'utf8')
    const { gaps, diagnostics } = readGaps(file, text, {
      ...(await namesBelow(folder)),
      brokers: new Set([...Object.keys(brokers), ...Object.keys(BROKER_ALIASES), ...Object.keys(config.brokers ?? {})]),
    })
    for (const diagnostic of diagnostics.all) {
      onDiagnostic(diagnostic, text)
    }
    folders.set(folder, gaps)
  }
  return { of: (file) => foldersOf(file).flatMap((folder) => folders.get(folder) ?? []) }
}

/** From the file's own up to the folder that hil was started in; above that only the file's own. */
function foldersOf(file: string): string[] {
  const own = normalize(dirname(file))
  const inside = relative(process.cwd(), own)
  if (inside.startsWith('..') || isAbsolute(inside)) return [own]
  const folders = [own]
  for (let folder = own; relative(process.cwd(), folder) !== ''; ) {
    folder = normalize(join(folder, '..'))
    folders.push(folder)
  }
  return folders
}

const STATEMENT = /MQTT-\d+(?:\.\d+)*-\d+/g

/** What there is to be named in a folder, also by scenarios that this run does not select. */
async function namesBelow(folder: string): Promise<{ statements: Set<string>; scenarios: Set<string> }> {
  const statements = new Set<string>()
  const scenarios = new Set<string>()
  for (const file of await findScenarios([folder])) {
    const text = await readFile(file, 'utf8')
    const { root } = parseScenarioText(file, text)
    if (root === null) continue
    const name = childOf(root, 'name')
    if (name?.kind === 'scalar') scenarios.add(String(name.value))
    for (const id of statementsIn(root)) statements.add(id)
    if (statementsIn(root).some((id) => id.includes('${{')))
      for (const [id] of text.matchAll(STATEMENT)) statements.add(id)
  }
  return { statements, scenarios }
}

/** Whatever stands under a `verifies`, of the scenario or of a step. */
function statementsIn(node: Node, verified = false): string[] {
  switch (node.kind) {
    case 'scalar':
      return verified ? [String(node.value)] : []
    case 'list':
      return node.items.flatMap((item) => statementsIn(item, verified))
    case 'map':
      return node.entries.flatMap(({ key, value }) => statementsIn(value, key === 'verifies'))
  }
}
