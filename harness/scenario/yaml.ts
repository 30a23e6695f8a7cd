// YAML 1.2 text to the tree. An alias is its anchor's value seen from the place of its use; how
// much all aliases together may unfold to is bounded, or nine short lines would fill the memory.

import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Pair, parseDocument } from 'yaml'
import type { Place } from '../../emulators/index.ts'
import { type Diagnostic, Diagnostics } from './diagnostic.ts'
import type { Placer } from './placer.ts'
import { didYouMean } from './suggest.ts'
import type { MapEntry, Node, ScalarNode, ScalarValue } from './tree.ts'
import { type SplitRegex, splitRegexes, warnsOfComment } from './unquoted-regex.ts'
import { explainYamlErrors, tooDeep } from './yaml-errors.ts'

export interface ParsedScenario {
  /** Null when the text is not YAML at all; a tree with mere blemishes is still given, to be checked further. */
  readonly root: Node | null
  readonly diagnostics: readonly Diagnostic[]
  /** Regular expressions that YAML took apart; what is wrong in their parts is to be blamed on them. */
  readonly regexes: readonly SplitRegex[]
}

/**
 * Characters of the texts that are kept with what they say: one is compiled for each broker, many name the same contract,
 * and names in files of gaps are looked up in all scenarios before these are compiled.
 */
const MOST_KEPT = 1_500_000
/** Characters of one text that is kept. */
const LONGEST_KEPT = 50_000

/** By file and text, the one that was asked for last at the end. */
const kept = new Map<string, ParsedScenario>()
let keptCharacters = 0

/** What is returned may be shared: nobody changes it. */
export function parseScenarioText(file: string, text: string): ParsedScenario {
  if (text.length > LONGEST_KEPT) return parse(file, text)
  const key = `${file}\0${text}`
  const known = kept.get(key)
  const parsed = known ?? parse(file, text)
  if (known === undefined) keptCharacters += key.length
  else kept.delete(key)
  kept.set(key, parsed)
  for (const oldest of kept.keys()) {
    if (keptCharacters <= MOST_KEPT) break
    keptCharacters -= oldest.length
    kept.delete(oldest)
  }
  return parsed
}

function parse(file: string, text: string): ParsedScenario {
  const source = text.replace(/^\uFEFF/, '')
  const diagnostics = new Diagnostics()
  const lineCounter = new LineCounter()
  const place = placer(file, source, lineCounter)
  // The parser is recursive, and V8 may abort the process when the stack ends inside a RegExp.
  const deep = tooDeep(source)
  if (deep !== undefined) {
    lineCounter.addNewLine(0)
    for (const found of source.slice(0, deep).matchAll(/\n/g)) lineCounter.addNewLine(found.index + 1)
    diagnostics.add({
      code: 'scenario/yaml-too-deep',
      message: 'nested too deeply to be read',
      at: place(deep, deep + 1),
    })
    return { root: null, diagnostics: diagnostics.all, regexes: [] }
  }
  // Duplicate keys are found here, with better words, and do not stop the rest from being checked.
  const document = parseDocument(source, {
    lineCounter,
    version: '1.2',
    strict: true,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  })
  const regexes = splitRegexes(document, source, place)
  diagnostics.addAll(explainYamlErrors(document, source, place, regexes))
  if (document.errors.length > 0) return { root: null, diagnostics: diagnostics.all, regexes }
  diagnostics.addAll(regexes.flatMap((regex) => warnsOfComment(regex) ?? []))
  if (document.directives?.yaml.version === '1.1')
    diagnostics.add({
      code: 'scenario/yaml-version',
      message: 'a scenario is YAML 1.2, in which yes, no, on and off are text',
      at: place(0, source.search(/\n|$/)),
      hint: 'remove the %YAML line',
    })
  if (document.contents === null || isEmpty(document)) {
    diagnostics.add({
      code: 'scenario/empty',
      message: 'the file is empty',
      at: place(0, 0),
      hint: 'a scenario has a name:, version: 1 and steps:',
    })
    return { root: null, diagnostics: diagnostics.all, regexes }
  }
  const root = new TreeBuilder(source, place, diagnostics).build(document.contents, 0)
  return { root, diagnostics: diagnostics.all, regexes }
}

const isEmpty = (document: Document): boolean =>
  isScalar(document.contents) && document.contents.source === '' && document.contents.type === 'PLAIN'

/** Places are clipped to their first line. */
function placer(file: string, source: string, lines: LineCounter): Placer {
  return (start, end) => {
    const from = Math.max(0, Math.min(start, source.length))
    const { line, col } = lines.linePos(from)
    const [onLine = ''] = source.slice(from, Math.max(from, end)).split(/\r?\n/, 1)
    return { file, line: Math.max(1, line), column: Math.max(1, col), length: onLine.trimEnd().length }
  }
}

const MAX_DEPTH = 200
/** Nodes that aliases may add to what is written. */
const MAX_UNFOLDED = 100_000
const TAGS = /^(tag:yaml\.org,2002:(str|int|float|bool|null|map|seq))$/

interface Anchored {
  readonly node: Node
  readonly size: number
}

class TreeBuilder {
  readonly #anchors = new Map<string, Anchored | 'open'>()
  #unfolded = 0
  #size = 0
  readonly source: string
  readonly place: Placer
  readonly diagnostics: Diagnostics

  constructor(source: string, place: Placer, diagnostics: Diagnostics) {
    this.source = source
    this.place = place
    this.diagnostics = diagnostics
  }

  build(node: unknown, depth: number): Node {
    if (isAlias(node)) return this.#alias(node)
    const { range, anchor, tag } = node as { range?: [number, number, number]; anchor?: string; tag?: string }
    const [start, end] = range ?? [0, 0]
    if (depth > MAX_DEPTH) {
      this.#complain('too-deep', 'nested too deeply to be read', this.place(start, end))
      return this.#broken(this.place(start, end))
    }
    if (tag !== undefined && !TAGS.test(tag)) {
      const bang = this.source.lastIndexOf('!', Math.max(0, start - 1))
      const found = this.source[bang - 1] === '!' ? bang - 1 : bang
      const at = found < 0 ? this.place(start, end) : this.place(found, Math.max(start, found + 1))
      this.#complain('tag', 'a tag (!…) has no meaning in a scenario', at, 'remove it; to mean this text, quote it')
    }
    if (anchor !== undefined) this.#anchors.set(anchor, 'open')
    const sizeBefore = this.#size
    const built = this.#built(node, start, end, depth)
    this.#size++
    if (anchor !== undefined) this.#anchors.set(anchor, { node: built, size: this.#size - sizeBefore })
    return built
  }

  #built(node: unknown, start: number, end: number, depth: number): Node {
    const place = this.place(start, end)
    if (isMap(node)) {
      const entries = this.#entries(node.items, depth)
      return { kind: 'map', entries, place: node.flow ? place : { ...(entries[0]?.keyPlace ?? place) } }
    }
    if (isSeq(node)) {
      const items = node.items.map((item) => this.build(item ?? null, depth + 1))
      return { kind: 'list', items, place: node.flow ? place : this.place(start, start + 1) }
    }
    if (!isScalar(node)) return this.#nothing(place)
    const quoted = (node.type !== undefined && node.type !== 'PLAIN') || node.tag === 'tag:yaml.org,2002:str'
    const text = this.source.slice(start, end)
    return { kind: 'scalar', value: this.#value(node.value, text, place), text, quoted, place }
  }

  #value(value: unknown, text: string, place: Place): ScalarValue {
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value
    if (typeof value !== 'number') return text
    const lost = !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))
    if (lost)
      this.#complain(
        'number',
        `${text} is not a number that can be kept exactly`,
        place,
        `to mean this text, write "${text}"`,
      )
    return lost ? text : value
  }

  #entries(pairs: readonly Pair[], depth: number): MapEntry[] {
    const entries = new Map<string, MapEntry>()
    for (const pair of pairs) {
      const [start, end] = (pair.key as { range?: [number, number, number] } | null)?.range ?? [0, 0]
      const keyPlace = this.place(start, end)
      const key = this.#key(pair.key, keyPlace, this.source.slice(start, end))
      const value = pair.value === null ? this.#nothing(keyPlace) : this.build(pair.value, depth + 1)
      if (key === undefined) continue
      const first = entries.get(key)
      if (first === undefined) entries.set(key, { key, keyPlace, value })
      else {
        const hint = `"${key}" is also on line ${first.keyPlace.line}; remove one of them`
        this.diagnostics.add({
          code: 'scenario/duplicate-key',
          message: `the key "${key}" is here twice`,
          at: keyPlace,
          hint,
        })
      }
    }
    return [...entries.values()]
  }

  #key(node: unknown, place: Place, text: string): string | undefined {
    if (!isScalar(node)) {
      this.#complain('key', 'a key must be plain text', place, 'an alias, a list or a map cannot be a key')
      return undefined
    }
    if (node.anchor !== undefined)
      this.#anchors.set(node.anchor, {
        node: this.#built(node, ...(node.range!.slice(0, 2) as [number, number]), 0),
        size: 1,
      })
    if (node.type === 'PLAIN' && text === '<<') {
      this.#complain(
        'merge-key',
        '<< (merge) is not part of YAML 1.2',
        place,
        'write the keys out, or alias the whole value',
      )
      return undefined
    }
    // As written: `1:` and `true:` and `~:` are keys of a scenario by what stands there.
    return node.type === 'PLAIN' ? text : String(node.value)
  }

  #alias(alias: Alias): Node {
    const [start, end] = alias.range ?? [0, 0]
    const place = this.place(start, end)
    const anchored = this.#anchors.get(alias.source)
    if (anchored === undefined || anchored === 'open') {
      const what = anchored === 'open' ? `*${alias.source} would contain itself` : `*${alias.source} names nothing`
      const hint =
        anchored === 'open'
          ? undefined
          : didYouMean(alias.source, this.#anchors.keys(), `no &${alias.source} comes before it`)
      this.#complain('alias', what, place, hint)
      return this.#broken(place)
    }
    this.#unfolded += anchored.size
    this.#size += anchored.size
    if (this.#unfolded > MAX_UNFOLDED) {
      this.#complain('alias', `the aliases of this file unfold to more than ${MAX_UNFOLDED} values`, place)
      return this.#broken(place)
    }
    const { node } = anchored
    // Only the top moves to the use: a complaint about something inside must show where it is written.
    return node.kind === 'scalar' ? { ...node, place, written: node.written ?? node.place } : { ...node, place }
  }

  #nothing(place: Place): ScalarNode {
    return { kind: 'scalar', value: null, text: '', quoted: false, place }
  }

  #broken(place: Place): ScalarNode {
    return { ...this.#nothing(place), broken: true }
  }

  #complain(what: string, message: string, at: Place, hint?: string): void {
    this.diagnostics.add({ code: `scenario/yaml-${what}`, message, at, hint })
  }
}
