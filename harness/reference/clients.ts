// docs/clients.md: options, methods and quirks from the registry of clients. What a step becomes is
// asked of the client itself, with values that are easy to recognise.

import {
  type ClientKind,
  clients,
  type FirmwareKind,
  firmware,
  type LibraryCall,
  type OptionSpec,
  type PyValue,
  repr,
} from '../../emulators/index.ts'
import { code, fill, slugsOf, table } from './markdown.ts'

export function clientsPage(template: string): string {
  const kinds: readonly ClientKind[] = Object.values(clients)
  const programs: readonly FirmwareKind[] = Object.values(firmware)
  const slugs = slugsOf(kinds.map((kind) => kind.name))
  return fill(template, {
    'made-by': '<!-- Made by `npm run docs`. The prose is in harness/reference/clients.template.md. -->',
    list: table(
      ['client', 'library', 'version', 'what'],
      kinds.map((kind, k) => [`[${code(kind.name)}](#${slugs[k]})`, kind.library, kind.version, kind.summary]),
    ),
    habits: habitsTable(kinds, slugs),
    clients: kinds.map(clientSection).join('\n\n'),
    firmware: programs.map(firmwareSection).join('\n\n'),
  })
}

function habitsTable(kinds: readonly ClientKind[], slugs: readonly string[]): string {
  const rows = kinds.flatMap(({ name, habits }, k) =>
    habits === undefined
      ? []
      : [
          [
            `[${code(name)}](#${slugs[k]})`,
            ...[habits.pings, habits.deadLink, habits.comesBack, habits.sendsAgain, habits.loses],
          ],
        ],
  )
  return table(
    ['client', 'who pings', 'a dead link is noticed', 'it comes back', 'it sends again', 'it loses without a word'],
    rows,
  )
}

function clientSection(kind: ClientKind): string {
  return [
    `## \`${kind.name}\``,
    `${kind.library}, version ${kind.version}: ${kind.summary}.`,
    optionsTable(
      kind.options.filter((option) => !Object.hasOwn(kind.identity('', '', 0), option.name) || isName(kind, option)),
    ),
    `Methods: ${methods(kind).join(', ')}.`,
    table(['step', 'what the library is called with'], steps(kind)),
    table(
      ['quirk', 'what'],
      kind.quirks
        .map((quirk) => [quirk.id, quirk.text])
        .sort(([a], [b]) => a!.localeCompare(b!, 'en', { numeric: true })),
    ),
    ...versionsOf(kind),
  ].join('\n\n')
}

function versionsOf({ versions, version: usual }: ClientKind): string[] {
  if (versions === undefined) return []
  const rows = versions.map(({ version, changes }) => [
    `${code(version)}${version === usual ? ', unless another is named' : ''}`,
    changes,
  ])
  return ['Methods and quirks are those of the usual version. What each changed:', table(['`version`', 'what'], rows)]
}

/** The client's name may be given, its broker may not. */
function isName(kind: ClientKind, option: OptionSpec): boolean {
  const value = kind.identity('NAME', 'SERVER', 7)[option.name]
  return value instanceof Uint8Array ? new TextDecoder().decode(value) === 'NAME' : value === 'NAME'
}

const firmwareSection = ({ name, summary, options }: FirmwareKind): string =>
  [
    `### \`${name}\``,
    `${summary[0]!.toUpperCase()}${summary.slice(1)}.`,
    options.length === 0 ? '' : optionsTable(options),
  ]
    .filter((part) => part !== '')
    .join('\n\n')

const TYPES: Readonly<Record<OptionSpec['type'], string>> = {
  str: 'text',
  bytes: 'text, passed as bytes',
  int: 'whole number',
  bool: '`true` or `false`',
  seconds: 'duration of whole seconds',
  tls: '`true`, `false`, `context` or `verify`',
}

function optionsTable(options: readonly OptionSpec[]): string {
  return table(
    ['option', 'type', 'default', 'what'],
    options.map((option) => [code(option.name), TYPES[option.type], defaultOf(option), option.summary]),
  )
}

function defaultOf({ means, type, default: value }: OptionSpec): string {
  if (value === undefined) return means === 'client id' ? "the device's name" : '**required**'
  if (value === null) return 'none'
  return code(type === 'seconds' ? `${value}s` : typeof value === 'boolean' ? String(value) : repr(value))
}

const methods = (kind: ClientKind): string[] =>
  Object.entries(kind.methods).map(([name, signature]) => {
    const parameters = signature.map((p) => (p.default === undefined ? p.name : `${p.name}=${repr(p.default)}`))
    return code(`${name}(${parameters.join(', ')})`)
  })

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

function steps({ verbs }: ClientKind): string[][] {
  const topic = bytes('TOPIC')
  const payload = bytes('PAYLOAD')
  const said: readonly (readonly [string, LibraryCall | null])[] = [
    ['connect', verbs.connect({})],
    ['connect: { clean: false }', verbs.connect({ clean: false })],
    ['will: on the device', verbs.will({ topic, payload, qos: 1, retain: true })],
    ['publish', verbs.publish({ topic, payload })],
    ['publish: { qos: 1, retain: true }', verbs.publish({ topic, payload, qos: 1, retain: true })],
    ['subscribe: { qos: 1 }', verbs.subscribe({ topic, qos: 1 })],
    ['unsubscribe', verbs.unsubscribe({ topic })],
    ['ping', verbs.ping()],
    ['check', verbs.check()],
    ['wait', verbs.wait()],
    ['disconnect', verbs.disconnect()],
  ]
  return said.map(([step, call]) => [code(step), call === null ? 'missing: AttributeError' : code(show(call))])
}

function show({ method, args, kwargs }: LibraryCall): string {
  const named = Object.entries(kwargs).map(([name, value]) => `${name}=${repr(value)}`)
  return `${method}(${[...args.map((arg: PyValue) => repr(arg)), ...named].join(', ')})`
}
