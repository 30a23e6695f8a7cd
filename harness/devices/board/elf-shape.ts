// `elf:` as it is written.

import { z } from 'zod'
import { text } from '../../scenario/index.ts'

export const elfShape = z.union([
  text(),
  z.strictObject({
    file: text().describe('the ELF file of the image, from the folder of the scenario'),
    addr2line: text()
      .optional()
      .describe('the addr2line of its toolchain; default: by the processor that the file is for'),
  }),
])
