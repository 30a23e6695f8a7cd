// `image:` and `flash:` of a board: what is put on its flash by a tool of its maker, and by which.

import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { entryOf, text } from '../../scenario/index.ts'
import type { Written } from '../written.ts'

interface Recipe {
  readonly write: string
  readonly erase: string | null
}

/** By the tool's own name. `{folder}` is the folder of the image, `{options}` what `options:` says. */
const TOOLS = {
  esptool: {
    write: 'esptool --port {port} {options} write_flash 0x0 {image}',
    erase: 'esptool --port {port} {options} erase_flash',
  },
  'idf.py': {
    write: 'idf.py -B {folder} -p {port} {options} flash',
    erase: 'idf.py -B {folder} -p {port} erase-flash',
  },
  west: { write: 'west flash --skip-rebuild -d {folder}/.. {options}', erase: null },
  'arduino-cli': { write: 'arduino-cli upload -p {port} {options} --input-file {image}', erase: null },
  picotool: { write: 'picotool load -f -x {options} {image}', erase: 'picotool erase -a -f' },
} satisfies Record<string, Recipe>

const tool = z.enum(Object.keys(TOOLS) as (keyof typeof TOOLS)[])

export const flashShape = z.union([
  tool,
  z.strictObject({
    tool: tool.optional().describe(`who writes the image: ${Object.keys(TOOLS).join(', ')}`),
    options: text().optional().describe('more options for the tool, such as --fqbn esp32:esp32:esp32'),
    command: text()
      .optional()
      .describe('in place of tool: a command line that writes the image; {port}, {image} and {folder} stand in it'),
    erase: text().optional().describe('a command line that erases the flash; {port} stands in it'),
    always: z.boolean().optional().describe('true writes the image before each scenario; default: when it has changed'),
  }),
])

export interface FlashSettings {
  /** Absolute path; null: only `erase` and a step with an image of its own. */
  readonly image: string | null
  /** The folder that paths of steps and commands are seen from. */
  readonly directory: string
  readonly write: string
  /** null: this tool erases nothing. */
  readonly erase: string | null
  readonly options: string
  readonly always: boolean
}

type Said = z.output<typeof flashShape>

/** null: nothing puts an image on it. What is wrong is added to the diagnostics. */
export function flashOf({ words, node, file, diagnostics }: Written, mapped: Said | undefined): FlashSettings | null {
  const said = words.flash ?? mapped
  if (said === undefined) {
    if (words.image !== undefined)
      diagnostics.add({
        code: 'scenario/missing-key',
        message: 'nothing says how the image is written',
        at: entryOf(node, 'image')!.keyPlace,
        hint: `flash: ${Object.keys(TOOLS)[0]}, or { command: … }, on the device or in the hardware map`,
      })
    return null
  }
  const given = typeof said === 'string' ? { tool: said } : said
  const recipe: Recipe | null = given.tool === undefined ? null : TOOLS[given.tool]
  const write = given.command ?? recipe?.write
  if (write === undefined) {
    diagnostics.add({
      code: 'scenario/missing-key',
      message: 'flash: needs a tool or a command',
      at: entryOf(node, 'flash')?.keyPlace ?? node.place,
      hint: `tool: ${Object.keys(TOOLS).join(', ')}; or command: … {port} {image}`,
    })
    return null
  }
  const directory = dirname(file)
  const image = words.image === undefined ? null : resolve(directory, words.image)
  if (image !== null && !existsSync(image))
    diagnostics.add({
      code: 'scenario/no-such-file',
      message: `${words.image} does not exist`,
      at: entryOf(node, 'image')!.value.place,
      hint: 'image: is looked for from the folder of the scenario; build it first',
    })
  const { options = '', always = false, erase = recipe?.erase ?? null } = given
  return { image, directory, write, erase, options, always }
}
