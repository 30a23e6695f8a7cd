// Backtraces on a console: the addresses of a crash, with function, file and line by the image's ELF file.

import { Child } from '../../child/index.ts'

export interface ElfSettings {
  /** Absolute path. */
  readonly file: string
  /** The toolchain's addr2line. */
  readonly addr2line: string
}

/**
 * `Backtrace: 0x400d3a0f:0x3ffb4f60 …` of an ESP32 (Xtensa), `MEPC : 0x42008b2c  RA : 0x42008b24` of a RISC-V one, `epc1=0x4020105c`
 * of an ESP8266, `Faulting instruction address (r15/pc): 0x0000045a` and `r14/lr:  0x000012fb` of Zephyr on a Cortex-M.
 */
const XTENSA = /Backtrace:((?:\s*0x[0-9a-f]+:0x[0-9a-f]+)+)/i
const RISCV = /\bMEPC\s*:\s*(0x[0-9a-f]+)(?:\s+RA\s*:\s*(0x[0-9a-f]+))?/i
const OTHERS = /\bepc1=(0x[0-9a-f]+)|Faulting instruction address[^:]*: *(0x[0-9a-f]+)|\br14\/lr: *(0x[0-9a-f]+)/i
/** More are not decoded: a corrupted stack can repeat itself without end. */
const MOST = 100

/** The addresses of code that a line of a crash names, innermost first; none: it is no such line. */
export function addressesIn(line: string): readonly string[] {
  const xtensa = XTENSA.exec(line)?.[1]
  if (xtensa !== undefined) return [...xtensa.matchAll(/(0x[0-9a-f]+):/gi)].map(([, at]) => at!).slice(0, MOST)
  const [, pc, ra] = RISCV.exec(line) ?? []
  const other = OTHERS.exec(line)?.slice(1) ?? []
  return [pc, ra, ...other].filter((at) => at !== undefined && Number(at) !== 0) as string[]
}

/**
 * One line for each frame, `0x400d3a0f: app_main at main.c:12`, functions that were inlined after it. Why there are none
 * when the decoder cannot be run, as one line.
 */
export async function decoded(addresses: readonly string[], { file, addr2line }: ElfSettings): Promise<string> {
  try {
    const child = await Child.spawn(addr2line, ['-p', '-f', '-i', '-a', '-C', '-e', file, ...addresses])
    let said = ''
    let wrong = ''
    child.stdout.on('data', (text) => {
      said += text
    })
    child.stderr.on('data', (text) => {
      wrong += text
    })
    const { code } = await child.exit
    if (code === 0) return said.trim()
    return `not decoded: ${addr2line}: ${wrong.trim().split('\n').at(-1) || `exit code ${code}`}`
  } catch (error) {
    return `not decoded: ${addr2line} cannot be started: ${(error as Error).message}`
  }
}
