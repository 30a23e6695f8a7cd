// `flash:` as it is written, in the hardware map and in a scenario, and the tools that it knows.

import { z } from 'zod'
import { complain, text } from '../../scenario/index.ts'

export interface Recipe {
  readonly write: string
  readonly erase: string | null
}

/** By the tool's own name. `{folder}` is the folder of the image, `{options}` what `options:` says. */
export const TOOLS = {
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

const settings = z
  .strictObject({
    tool: tool.optional().describe(`who writes the image: ${Object.keys(TOOLS).join(', ')}`),
    options: text().optional().describe('more options for the tool, such as --fqbn esp32:esp32:esp32'),
    command: text()
      .optional()
      .describe('in place of tool: a command line that writes the image; {port}, {image} and {folder} stand in it'),
    erase: text().optional().describe('a command line that erases the flash; {port} stands in it'),
    always: z.boolean().optional().describe('true writes the image before each scenario; default: when it has changed'),
  })
  .superRefine((said, ctx) => {
    const { command, options, tool } = said
    if (command === undefined) return
    if (tool !== undefined)
      complain(ctx, {
        message: 'tool and command are two ways to write the image',
        hint: 'keep one of them; what the tool is called with stands in docs/boards.md',
        path: ['tool'],
      })
    if (options !== undefined && !command.includes('{options}'))
      complain(ctx, {
        message: 'the command has no place for options',
        hint: 'write {options} into it, or the options themselves',
        path: ['options'],
      })
  })

export const flashShape = z.union([tool, settings])

export type FlashWords = z.output<typeof flashShape>
