// `image:` and `flash:` of a board: what is put on its flash by a tool of its maker, and by which.

import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { entryOf } from '../../scenario/index.ts'
import type { Written } from '../written.ts'
import { type FlashWords, type Recipe, TOOLS } from './flash-shape.ts'

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

/** null: nothing puts an image on it. What is wrong is added to the diagnostics. */
export function flashOf(
  { words, node, file, diagnostics }: Written,
  mapped: FlashWords | undefined,
): FlashSettings | null {
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
