// `elf:` of a board: the file by which addresses of a crash get names, and the program that looks them up.

import { closeSync, openSync, readSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { entryOf } from '../../scenario/index.ts'
import type { Written } from '../written.ts'
import type { ElfSettings } from './backtrace.ts'

/** By `e_machine` of the ELF header: the decoder of the toolchain that makes such files. */
const DECODERS: Readonly<Record<number, string>> = {
  40: 'arm-none-eabi-addr2line',
  94: 'xtensa-esp-elf-addr2line',
  243: 'riscv32-esp-elf-addr2line',
}

/** null: there is none, or it is wrong, which has been added to the diagnostics. */
export function elfOf({ words, node, file, diagnostics }: Written): ElfSettings | null {
  if (words.elf === undefined) return null
  const said = typeof words.elf === 'string' ? { file: words.elf } : words.elf
  const path = resolve(dirname(file), said.file)
  const machine = machineOf(path)
  if (machine === null) {
    diagnostics.add({
      code: 'scenario/no-such-file',
      message: `${said.file} cannot be read, or is no ELF file`,
      at: entryOf(node, 'elf')!.value.place,
      hint: 'elf: is looked for from the folder of the scenario; it is the .elf beside the image',
    })
    return null
  }
  return { file: path, addr2line: said.addr2line ?? DECODERS[machine] ?? 'addr2line' }
}

function machineOf(path: string): number | null {
  const header = Buffer.alloc(20)
  try {
    const handle = openSync(path, 'r')
    try {
      if (readSync(handle, header, 0, 20, 0) < 20) return null
    } finally {
      closeSync(handle)
    }
  } catch {
    return null
  }
  if (header.readUInt32BE(0) !== 0x7f454c46) return null
  return header[5] === 2 ? header.readUInt16BE(18) : header.readUInt16LE(18)
}
