// What a scenario says that must not be seen: whatever stands under a key that is named like a password, and
// variables of the environment that are. Their values are masked in records; in the scenario's own text, too.

import { isSecretName, Secrets, SHORTEST_SECRET } from '../../evidence/index.ts'
import { hasUrlPassword } from '../../outside/index.ts'
import {
  childOf,
  type Diagnostic,
  Diagnostics,
  interpolate,
  type Node,
  type ScalarNode,
  type Scope,
} from '../../scenario/index.ts'
import type { Step } from '../model/plan.ts'

const SECRET_VARIABLE = /\benv\s*(?:\.\s*|\[\s*["'])([A-Za-z_]\w*)/g
const MASK = '•'
/** Where a title was cut. */
const CUT = '…'

/** The values, with expressions filled in; what only the run can tell is not among them. */
export function secretsIn(text: string, root: Node, scope: Scope, more: readonly ScalarNode[] = []): readonly string[] {
  const literal = [...scalarsIn(root), ...more].flatMap((node) => {
    const { node: filled, deferred } = interpolate(node, scope, new Diagnostics())
    return deferred.length === 0 && filled.kind === 'scalar' ? secretsOf(String(filled.value)) : []
  })
  const { env } = scope.values as { readonly env?: Readonly<Record<string, string>> }
  const named = [...text.matchAll(SECRET_VARIABLE)].map((match) => match[1]!).filter(isSecretName)
  return [...new Set([...literal, ...named.flatMap((name) => env?.[name] ?? [])])]
}

/** Of a URL its password alone as well. */
function secretsOf(value: string): readonly string[] {
  const [, word] = hasUrlPassword(value) ? (/:[/]*[^/@:]*:([^@]+)@/.exec(value) ?? []) : []
  return word === undefined ? [value] : [value, word]
}

/** As `Secrets` of the evidence does: shorter values would be found everywhere. */
const veiled = (text: string, secrets: readonly string[]): string => new Secrets(secrets).text(text)

/** No title of a step repeats a secret that its arguments hold. */
export function withoutSecretTitles<S extends Step>(steps: readonly S[], secrets: readonly string[]): readonly S[] {
  return steps.map((step) => ({
    ...step,
    title: withoutSecretEnd(veiled(step.title, secrets), secrets),
    ...('steps' in step ? { steps: withoutSecretTitles(step.steps, secrets) } : {}),
  }))
}

/** A title that was cut may end in the first characters of a secret. */
function withoutSecretEnd(title: string, secrets: readonly string[]): string {
  if (!title.endsWith(CUT)) return title
  const said = title.slice(0, -CUT.length)
  const cut = Math.max(0, ...secrets.map((secret) => beginsAtEndOf(said, secret)))
  return cut === 0 ? title : `${said.slice(0, -cut)}${MASK.repeat(cut)}${CUT}`
}

/** How many of the secret's first characters the text ends in. */
function beginsAtEndOf(text: string, secret: string): number {
  let most = secret.length < SHORTEST_SECRET ? 0 : secret.length - 1
  while (most > 0 && !text.endsWith(secret.slice(0, most))) most--
  return most
}

/** The text with other characters in their places, so that all that follows stays where it is. */
export function withoutSecrets(
  text: string,
  root: Node,
  secrets: readonly string[] = [],
  more: readonly ScalarNode[] = [],
): string {
  const starts = startsOf(text)
  let shown = text
  for (const { text: source, place, written = place, quoted } of [...scalarsIn(root), ...more]) {
    if (written.file !== root.place.file || source.includes('${{')) continue
    const from = (starts[written.line - 1] ?? text.length) + written.column - 1
    // By its place, because in the source a value may look different: "pa\"ss", 'it''s'.
    if (shown.slice(from, from + source.length) === source)
      shown = shown.slice(0, from) + maskedSource(source, quoted) + shown.slice(from + source.length)
  }
  return veiled(shown, secrets)
}

/** Where each line begins. */
function startsOf(text: string): readonly number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** A scalar as it stands in the source, still the same kind of scalar on the same lines. */
function maskedSource(source: string, quoted: boolean): string {
  if (/^["'][\s\S]*["']$/.test(source)) return source[0]! + masked(source.slice(1, -1)) + source.at(-1)!
  const isBlock = quoted && /^[|>]/.test(source)
  const first = isBlock ? source.search(/\n|$/) : 0
  return source.slice(0, first) + masked(source.slice(first))
}

/** White space stays: it may be the indentation of a block. */
const masked = (text: string): string => text.replace(/\S/g, MASK)

/** A complaint about a secret value does not repeat it. */
export function discreet(diagnostic: Diagnostic, root: Node, more: readonly ScalarNode[] = []): Diagnostic {
  const { at, message, hint } = diagnostic
  const about = [...scalarsIn(root), ...more].find(({ place }) => place.line === at.line && place.column === at.column)
  const secret = about === undefined ? '' : String(about.value)
  if (secret === '') return diagnostic
  const mask = (text: string): string => text.replaceAll(secret, MASK.repeat(secret.length))
  return { ...diagnostic, message: mask(message), ...(hint === undefined ? {} : { hint: mask(hint) }) }
}

/** The broker is named, or has a URL: what has a @ in it is meant as one. */
const isUrl = (key: string, value: Node): boolean =>
  key === 'broker' && value.kind === 'scalar' && String(value.value).includes('@')

const found = new WeakMap<Node, readonly ScalarNode[]>()

/** Texts below keys that are named like a password. A root is looked through once, for all rows of its matrix. */
function scalarsIn(root: Node): readonly ScalarNode[] {
  const scalars = found.get(root) ?? scalarsBelow(root, false)
  found.set(root, scalars)
  return scalars
}

/** Texts below a node that are secret: all of them, or those below keys that are named so. */
export function scalarsBelow(node: Node, secret: boolean): readonly ScalarNode[] {
  switch (node.kind) {
    case 'scalar':
      if (typeof node.value === 'string' && hasUrlPassword(node.value)) return [node]
      return secret && (typeof node.value === 'string' || typeof node.value === 'number') ? [node] : []
    case 'list':
      return node.items.flatMap((item) => scalarsBelow(item, secret))
    case 'map':
      return node.entries.flatMap(({ key, value }) =>
        scalarsBelow(value, secret || isSecretName(key) || isUrl(key, value)),
      )
  }
}

/** Of the scenario's vars, as `--var` may have changed them. */
export const secretVars = (root: Node, vars: Readonly<Record<string, unknown>>): readonly string[] => {
  const node = childOf(root, 'vars')
  const names = node?.kind === 'map' ? node.entries.map((entry) => entry.key) : []
  return names.filter(isSecretName).map((name) => String(vars[name] ?? ''))
}

/** Files beside a scenario, in base64, as they may be written into a record. */
export const shownBeside = (
  files: Readonly<Record<string, string>>,
  secrets: readonly string[],
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(files).map(([path, base64]) => {
      const text = Buffer.from(base64, 'base64').toString('latin1')
      const masked = secrets
        .map((secret) => Buffer.from(secret).toString('latin1'))
        .filter((secret) => secret.length >= SHORTEST_SECRET)
        .reduce((shown, secret) => shown.replaceAll(secret, '*'.repeat(secret.length)), text)
      return [path, Buffer.from(masked, 'latin1').toString('base64')]
    }),
  )

/** As they may be written into a record. */
export const shownVars = (
  vars: Readonly<Record<string, string>>,
  secrets: readonly string[],
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(vars).map(([name, value]) => [
      name,
      isSecretName(name) ? MASK.repeat(value.length) : veiled(value, secrets),
    ]),
  )
