// Finds the gaps that hold for scenario files: a gaps.yaml holds for all scenarios of its folder and below.

import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { BROKER_ALIASES, brokers } from '../brokers/index.ts'
import type { ResolvedConfig } from '../config/index.ts'
import { findScenarios, GAPS_FILE, type KnownGap, parseGaps } from '../plan/index.ts'
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
  const names = new Names()
  for (const folder of new Set(files.flatMap(foldersOf))) {
    const file = join(folder, GAPS_FILE)
    if (!existsSync(file)) continue
    const text = await readFile(file, 'utf8')
    const { gaps, diagnostics, check } = parseGaps(file, text)
    check({
      ...(await names.below(folder, gaps)),
      brokers: new Set([...Object.keys(brokers), ...Object.keys(BROKER_ALIASES), ...Object.keys(config.brokers ?? {})]),
    })
    for (const diagnostic of diagnostics.all) {
      onDiagnostic(diagnostic, text)
    }
    folders.set(folder, gaps)
  }
  return { of: (file) => foldersOf(file).flatMap((folder) => folders.get(folder) ?? []) }
}

/** The file's own folder and all above it, wherever hil was started; below the working directory as seen from there. */
function foldersOf(file: string): string[] {
  const folders: string[] = []
  for (let folder = resolve(dirname(file)); ; folder = dirname(folder)) {
    folders.push(shown(folder))
    if (folder === dirname(folder)) return folders
  }
}

function shown(folder: string): string {
  const seen = relative(process.cwd(), folder)
  return seen.startsWith('..') || isAbsolute(seen) ? folder : seen === '' ? '.' : seen
}

const STATEMENT = /MQTT-\d+(?:\.\d+)*-\d+/g

interface NamesInFile {
  readonly statements: readonly string[]
  readonly scenario: string | null
}

/**
 * What there is to be named in folders, also by scenarios that this run does not select. Parsing them all would take
 * longer than a short run: files are looked through as text, and only those are parsed in which a wanted name stands in
 * another way than most are written. Only when a name is found nowhere all are, because a diagnostic then tells what it may have meant.
 */
class Names {
  readonly #texts = new Map<string, string>()
  readonly #names = new Map<string, NamesInFile>()

  async below(
    folder: string,
    gaps: readonly KnownGap[],
  ): Promise<{ statements: ReadonlySet<string>; scenarios: ReadonlySet<string> }> {
    const [statements, scenarios] = [new Set<string>(), new Set<string>()]
    const missing = new Set(gaps.flatMap((gap) => [...gap.statements, ...gap.scenarios]))
    if (missing.size === 0) return { statements, scenarios }
    const files = await findScenarios([folder])
    const left: string[] = []
    const take = (file: string, text: string): void => {
      const names = this.#in(file, text)
      for (const id of names.statements) statements.add(id)
      if (names.scenario !== null) scenarios.add(names.scenario)
      for (const name of missing) if (statements.has(name) || isOf(name, names.scenario)) missing.delete(name)
    }
    for (const file of files) {
      if (missing.size === 0) return { statements, scenarios }
      const text = this.#textOf(file)
      const mentioned = [...missing].filter((name) => mentions(text, name))
      const plain = plainNames(text)
      if (mentioned.every((name) => plain.statements.includes(name) || isOf(name, plain.scenario))) {
        for (const name of mentioned) {
          if (plain.statements.includes(name)) statements.add(name)
          else scenarios.add(plain.scenario!)
          missing.delete(name)
        }
        left.push(file)
      } else take(file, text)
    }
    if (missing.size > 0) for (const file of left) take(file, this.#textOf(file))
    return { statements, scenarios }
  }

  /** At once, since hundreds of small files one after the other take a promise each longer to come than to read. */
  #textOf(file: string): string {
    const text = this.#texts.get(file) ?? readFileSync(file, 'utf8')
    this.#texts.set(file, text)
    return text
  }

  #in(file: string, text: string): NamesInFile {
    const known = this.#names.get(file)
    if (known !== undefined) return known
    const { root } = parseScenarioText(file, text)
    const name = root === null ? undefined : childOf(root, 'name')
    const written = root === null ? [] : statementsIn(root)
    const templates = written.some((id) => id.includes('${{')) ? text.matchAll(STATEMENT) : []
    const names = {
      statements: [...written, ...[...templates].map(([id]) => id)],
      scenario: name?.kind === 'scalar' ? String(name.value) : null,
    }
    this.#names.set(file, names)
    return names
  }
}

/** Text of several lines, in which anything may stand. */
const BLOCK_SCALAR = /[|>][-+\d]*[ \t]*$/m
const PLAIN_NAME = /^name: (?:([A-Za-z][^:#\n]*[^:#\s])|"([^"\\\n]*)")\n(?=[^\s])/m
const PLAIN_VERIFIES = /^ *(?:- )?verifies: \[([^\]"'{\n]*)\]$/gm

/** The names as almost all files write them, in one line, found without parsing: that takes a hundred times as long. */
function plainNames(text: string): NamesInFile {
  if (BLOCK_SCALAR.test(text)) return { statements: [], scenario: null }
  const name = PLAIN_NAME.exec(text)
  return {
    statements: [...text.matchAll(PLAIN_VERIFIES)].flatMap(([, ids]) => ids!.split(',').map((id) => id.trim())),
    scenario: name?.[1] ?? name?.[2] ?? null,
  }
}

/** `name [qos=1]` is one row of a matrix. */
const isOf = (wanted: string, scenario: string | null): boolean =>
  scenario !== null && (wanted === scenario || wanted.startsWith(`${scenario} [`))

const mentions = (text: string, name: string): boolean => {
  const row = name.indexOf(' [')
  return text.includes(row < 0 ? name : name.slice(0, row))
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
