// Which image is on which board: written beside the locks, so that all runs of a machine know it.

import { createHash } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Problem } from '../../../emulators/index.ts'
import type { FlashSettings } from './flash-settings.ts'
import { lockFolder, lockName } from './lock/directory.ts'
import { runTool } from './tool.ts'

interface Known {
  readonly sha256: string
  readonly image: string
  /** ISO 8601. */
  readonly since: string
}

const recordOf = (board: string): string => join(lockFolder(), `${lockName(board)}.image.json`)

/** What was last written on a board by hil; null: unknown. */
export function knownImage(board: string): Known | null {
  try {
    const known = JSON.parse(readFileSync(recordOf(board), 'utf8')) as Partial<Known>
    return typeof known.sha256 === 'string' ? (known as Known) : null
  } catch {
    return null
  }
}

export interface FlashTarget {
  /** The device's name, for messages. */
  readonly name: string
  /** What the board is known by: its label or its port. */
  readonly board: string
  readonly port: string
}

/**
 * Writes an image unless hil has written the same before and `always` is not set. Gives what was done, null: nothing.
 * Throws Problem `board/flash-failed`.
 */
export async function writeImage(
  settings: FlashSettings,
  image: string,
  { name, board, port }: FlashTarget,
  always = settings.always,
): Promise<string | null> {
  let bytes: Buffer
  try {
    bytes = readFileSync(image)
  } catch (cause) {
    throw new Problem('board/flash-failed', `the image of ${name} cannot be read: ${(cause as Error).message}`, {
      cause,
    })
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (!always && knownImage(board)?.sha256 === sha256) return null
  // One that is half written is no image.
  rmSync(recordOf(board), { force: true })
  await runTool({
    what: `the command that writes the image of ${name}`,
    line: settings.write.replaceAll('{options}', settings.options),
    values: { port, image, folder: dirname(image) },
    code: 'board/flash-failed',
    directory: settings.directory,
  })
  remember(board, { sha256, image, since: new Date().toISOString() })
  return `${basename(image)}, ${bytes.length} bytes, sha256 ${sha256.slice(0, 16)}`
}

/** Throws Problem `board/flash-failed`. */
export async function eraseFlash(settings: FlashSettings, { name, board, port }: FlashTarget): Promise<void> {
  rmSync(recordOf(board), { force: true })
  if (settings.erase === null)
    throw new Problem('board/flash-failed', `nothing erases the flash of ${name}`, {
      hint: 'flash: { erase: … } is a command line that does',
    })
  await runTool({
    what: `the command that erases ${name}`,
    line: settings.erase.replaceAll('{options}', settings.options),
    values: { port, folder: settings.image === null ? settings.directory : dirname(settings.image) },
    code: 'board/flash-failed',
    directory: settings.directory,
  })
}

function remember(board: string, known: Known): void {
  const file = recordOf(board)
  writeFileSync(`${file}.${process.pid}.new`, `${JSON.stringify(known)}\n`, { mode: 0o666 })
  renameSync(`${file}.${process.pid}.new`, file)
}
