// What the system says of a file, in words. A code that has none here is told as Node tells it.

import { readFile } from 'node:fs/promises'
import { Problem } from '../../emulators/index.ts'

const WORDS: Readonly<Record<string, string>> = {
  EEXIST: 'a file of that name is there',
  ENOTDIR: 'a file stands where a folder should be',
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EISDIR: 'a folder of that name is there',
}

export function describeErrno(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return WORDS[code ?? ''] ?? message
}

/** A text file, in UTF-8. Throws Problem `select/unreadable`. */
export async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause) => {
    throw new Problem('select/unreadable', `${file} cannot be read: ${describeErrno(cause)}`, { cause })
  })
}
