// What the system says of a file, in words. A code that has none here is told as Node tells it.

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
