// docs/scenarios.md: the prose is in scenarios.template.md, the tables come from the registries.

import { z } from 'zod'
import { type BrokerKind, brokers } from '../brokers/index.ts'
import { type AnyDeviceKind, type DeviceOption, deviceKinds, signal } from '../devices/index.ts'
import { type AnyMatcher, matchers, packetMatch } from '../expect/index.ts'
import { type AnyDisturbance, disturbances } from '../link/index.ts'
import { packetFields, properties } from '../packets/index.ts'
import { device, expectation, pattern, prohibition, repeat, scenario, stepMeta } from '../plan/schema/grammar.ts'
import { calling } from '../steps/calling.ts'
import { type AnyStep, steps } from '../steps/index.ts'
import { disturbanceExamples, matcherExamples, verbExamples } from './examples.ts'
import { fleetParts } from './fleets.ts'
import { functionsTable } from './functions.ts'
import { keysTable, typeOf } from './keys.ts'
import { code, fill, table, yaml } from './markdown.ts'
import { operatorsTable } from './operators.ts'

const MATCHERS = Object.keys(matchers)

const TOP = {
  devices: 'map of names to [devices](#devices)',
  fleet: 'map of names to [groups](#fleets)',
  slo: 'list of [bounds](#bounds-on-a-load)',
  always: 'list of [`never`](#never)',
  steps: 'list of [steps](#steps)',
}
const DISTURB = { do: '[disturbance](#disturbances)', packet: 'type of packet, or list of them' }
const ANCHOR = '[anchor](#anchors)'
const CLAIM = { except: Object.keys(pattern.shape), types: { after: ANCHOR, until: ANCHOR } }

export function scenariosPage(template: string): string {
  const verbs = Object.entries(steps) as [keyof typeof steps, AnyStep][]
  const calls = verbs.filter(([, verb]) => verb.kind === 'call')
  const actions = verbs.filter(([, verb]) => verb.kind === 'action')
  return fill(template, {
    'made-by': '<!-- Made by `npm run docs`. The prose is in harness/reference/scenarios.template.md. -->',
    top: keysTable(scenario, { types: TOP }),
    device: keysTable(device, { types: { signals: 'map of names to signals' } }),
    signal: keysTable(signal),
    kinds: table(['`use`', 'what', 'keys'], Object.values(deviceKinds).map(kindRow)),
    'kind-options': Object.values(deviceKinds).flatMap(kindOptions).join('\n\n'),
    step: keysTable(z.strictObject(stepMeta)),
    verbs: table(['verb', 'what'], [...verbs.map(([name, verb]) => [link(name), verb.summary]), ...COMPOSED]),
    calling: keysTable(z.strictObject(calling)),
    calls: calls.map(([name, verb]) => verbSection(name, verb, Object.keys(calling))).join('\n\n'),
    actions: actions.map(([name, verb]) => verbSection(name, verb, [])).join('\n\n'),
    packet: keysTable(packetFields),
    properties: keysTable(properties),
    repeat: keysTable(repeat, { types: { steps: TOP.steps } }),
    expect: keysTable(expectation, CLAIM),
    never: keysTable(prohibition, CLAIM),
    disturbances: disturbancesTold(),
    'packet-match': keysTable(packetMatch),
    matchers: (Object.entries(matchers) as [keyof typeof matchers, AnyMatcher][])
      .map(([name, { summary, fields }]) => section(name, summary, keysTable(fields), matcherExamples[name]))
      .join('\n\n'),
    'matcher-list': table(
      ['matcher', 'what'],
      MATCHERS.map((name) => [matcherLink(name), matchers[name as keyof typeof matchers].summary]),
    ),
    operators: operatorsTable(),
    functions: functionsTable(),
    ...fleetParts(),
    brokers: Object.values(brokers).map(brokerSection).join('\n\n'),
  })
}

const COMPOSED = [
  [link('expect'), 'what must come, and when'],
  [link('never'), 'what must not come'],
  [link('parallel'), 'steps side by side'],
  [link('repeat'), 'steps again and again'],
]

function link(verb: string): string {
  return `[${code(verb)}](#${verb})`
}

/** `call` and `serial` are verbs, too: Markdown numbers the second heading of a name. */
const matcherLink = (name: string): string => `[${code(name)}](#${name}${Object.hasOwn(steps, name) ? '-1' : ''})`

function verbSection(name: keyof typeof steps, verb: AnyStep, told: readonly string[]): string {
  const keys = keysTable(verb.args as z.ZodType, { except: told, types: name === 'disturb' ? DISTURB : {} })
  const bare = verb.bare === undefined ? '' : `\`- ${name}: NAME\` is short for \`- ${name}: { ${verb.bare}: NAME }\`.`
  const takes = typeOf(verb.args)
  const whole = takes === 'map' ? bare : `Its value: ${takes.replace(' or map', ' or a map')}.`
  return section(name, verb.summary, [whole, keys].filter((part) => part !== '').join('\n\n'), verbExamples[name])
}

function section(name: string, summary: string, keys: string, example: string): string {
  return [`### \`${name}\``, `${sentence(summary)}`, keys, yaml(example)].filter((part) => part !== '').join('\n\n')
}

const kindRow = ({ name, summary, keys }: AnyDeviceKind): string[] => [code(name), summary, keys.map(code).join(' ')]

const kindOptions = ({ name, options = [] }: AnyDeviceKind): string[] =>
  options.length === 0
    ? []
    : [
        `The options of ${code(name)} under \`with\`:`,
        table(
          ['option', 'type', 'what'],
          options.map(({ name: option, type, summary }) => [code(option), OPTION_TYPES[type], summary]),
        ),
      ]

const OPTION_TYPES: Readonly<Record<DeviceOption['type'], string>> = {
  str: 'text',
  bytes: 'text',
  int: 'whole number',
  bool: '`true` or `false`',
  seconds: '[duration](#units)',
  milliseconds: '[duration](#units)',
  tls: '`true`, `false`, `context` or `verify`',
}

const brokerSection = ({ name, summary, options }: BrokerKind): string =>
  [`${code(name)}: ${summary}.`, keysTable(options)].filter((part) => part !== '').join('\n\n')

function disturbancesTold(): string {
  const all = Object.entries(disturbances) as [keyof typeof disturbances, AnyDisturbance][]
  const rows = all.map(([name, { summary }]) => [matcherLink(name), summary])
  const sections = all.map(([name, { summary, settings }]) => {
    const takes = typeOf(settings)
    const parts = [
      `#### ${code(name)}`,
      sentence(summary.replaceAll('`release`', '[`release`](#release)')),
      takes === 'map' ? '' : `Its value: ${takes.replace(' or map', ' or a map')}.`,
      takes.startsWith('[') && !takes.includes('map') ? '' : keysTable(settings),
      yaml(disturbanceExamples[name]),
    ]
    return parts.filter((part) => part !== '').join('\n\n')
  })
  return [table(['disturbance', 'what'], rows), ...sections].join('\n\n')
}

const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`
