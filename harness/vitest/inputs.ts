// The files that a scenario depends on, so that a watch knows what to run when one changes: whatever text in it names a
// file that is there. That takes in firmware, fixtures and the program in a process's command, and can be wrong only by
// running once too often.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { GAPS_FILE } from '../plan/index.ts'
import { type Node, parseScenarioText } from '../scenario/index.ts'

/** Of a folder that is named, no more files than this. */
const MAX_INPUTS = 500

/** Absolute paths; without the scenario itself. Never throws. */
export function inputsOf(file: string, root: string): string[] {
  const folder = dirname(file)
  const found = new Set<string>()
  for (const word of wordsOf(file))
    for (const from of [folder, root]) for (const path of filesAt(resolve(from, word), folder, root)) found.add(path)
  for (let up = folder; ; up = dirname(up)) {
    for (const path of filesAt(join(up, GAPS_FILE), folder, root)) found.add(path)
    if (up === resolve(root) || up === dirname(up)) break
  }
  found.delete(file)
  return [...found]
}

function wordsOf(file: string): string[] {
  try {
    const { root } = parseScenarioText(file, readFileSync(file, 'utf8'))
    return root === null
      ? []
      : textsIn(root).flatMap((text) => [text, ...text.split(/[\s=]+/)].filter((word) => word !== ''))
  } catch {
    return [] // whoever runs it tells that it cannot be read
  }
}

function textsIn(node: Node): string[] {
  switch (node.kind) {
    case 'scalar':
      return typeof node.value === 'string' ? [node.value] : []
    case 'list':
      return node.items.flatMap(textsIn)
    case 'map':
      return node.entries.flatMap(({ value }) => textsIn(value))
  }
}

function filesAt(path: string, folder: string, root: string): string[] {
  try {
    const info = statSync(path)
    if (info.isFile()) return [path]
    // A folder that the scenario itself is in, or one elsewhere, such as `/tmp`, is named by accident.
    if (!info.isDirectory() || isIn(folder, path) || !isIn(path, root)) return []
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
      .slice(0, MAX_INPUTS)
      .map((entry) => join(entry.parentPath, entry.name))
  } catch {
    return []
  }
}

const isIn = (path: string, folder: string): boolean => !relative(folder, path).startsWith('..')
