// The pages of docs/api: one for each entry of the package, and a list of all.

import { type ApiExport, apiOf, ENTRIES, type Entry } from './api.ts'
import { slugsOf } from './markdown.ts'

const MADE = '<!-- Made by `npm run docs` from the docstrings of the sources. -->'

const INTRO: Readonly<Record<Entry, string>> = {
  'mqtt-hil': '[From programs of your own](../programs.md) and [extending it](../extending.md) show how they are used.',
  'mqtt-hil/vitest': '[With vitest](../vitest.md) shows how they are used.',
  'mqtt-hil/vitest/test': '[With vitest](../vitest.md) shows how they are used.',
  'mqtt-hil/emulators':
    '[Writing a client](../writing-a-client.md) and [writing a broker](../writing-a-broker.md) show how they are used.',
}

const KINDS: readonly (readonly [is: ApiExport['is'], title: string])[] = [
  ['function', 'Functions'],
  ['class', 'Classes'],
  ['value', 'Values'],
  ['interface', 'Interfaces'],
  ['type', 'Types'],
]

const entries = Object.keys(ENTRIES) as Entry[]

/** By the path of the page. `root`: the clone, asked for when a page is made. */
export function apiPages(root: () => string): Readonly<Record<string, () => string>> {
  return {
    'docs/api/README.md': () => listPage(root()),
    ...Object.fromEntries(
      entries.map((entry) => [`docs/api/${ENTRIES[entry].page}.md`, () => entryPage(entry, apiOf(root())[entry])]),
    ),
  }
}

function listPage(root: string): string {
  const lists = entries.map((entry) => {
    const all = apiOf(root)[entry]
    const { page } = ENTRIES[entry]
    const links = linksOf(all).map(([name, slug]) => `[${name}](${page}.md#${slug})`)
    return `## [\`${entry}\`](${page}.md)\n\n${links.join(' · ')}`
  })
  return `# Every export\n\n${MADE}\n\n${lists.join('\n\n')}\n`
}

/** Each export and the end of the link to it, in the order of the page. */
function linksOf(all: readonly ApiExport[]): readonly (readonly [string, string])[] {
  const headings = KINDS.flatMap(([is, title]) => {
    const those = all.filter((one) => one.is === is)
    return those.length === 0 ? [] : [title, ...those.map(({ name }) => name)]
  })
  const slugs = slugsOf(headings)
  const titles = new Set(KINDS.map(([, title]) => title))
  return headings.flatMap((heading, k) => (titles.has(heading) ? [] : [[heading, slugs[k]!] as const]))
}

function entryPage(entry: Entry, all: readonly ApiExport[]): string {
  const parts = KINDS.flatMap(([is, title]) => {
    const those = all.filter((one) => one.is === is)
    return those.length === 0 ? [] : [`## ${title}`, ...those.map(exportPart)]
  })
  return `# \`${entry}\`\n\n${MADE}\n\n${INTRO[entry]}\n\n${parts.join('\n\n')}\n`
}

function exportPart({ name, is, doc, shape, members }: ApiExport): string {
  const head = `### ${name}`
  const declared = is === 'type' ? `type ${name} = ${shape}` : `${name}: ${shape}`
  const signature = shape === '' ? [] : [`\`\`\`ts\n${declared}\n\`\`\``]
  const shown = members.length === 0 ? [] : [membersTable(members)]
  return [head, ...(doc === '' ? [] : [doc]), ...signature, ...shown].join('\n\n')
}

/** Not padded: types are long, and the page is read as a page. */
const membersTable = (members: ApiExport['members']): string =>
  [['member', 'type', 'what'], ['---', '---', '---'], ...members.map(memberRow)]
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n')

const memberRow = ({ name, type, doc }: ApiExport['members'][number]): string[] => [
  `\`${name}\``,
  type === '' ? '' : `\`${type.replaceAll('`', "'")}\``,
  doc,
]
