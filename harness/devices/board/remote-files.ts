// Files on a board, through its raw REPL. A file whose hash is the same already is not sent again:
// at 115200 baud a library takes seconds, and flash wears out.

import { createHash } from 'node:crypto'
import { literal, milliseconds } from '../../../emulators/index.ts'
import type { RawRepl } from './raw-repl.ts'

const CHUNK = 256
const TRANSFER_LIMIT = milliseconds(20_000)

/** Which files a run has put on the board. */
const MANIFEST = '/.hil-files'
/** What a board runs by itself. */
const PROGRAMS = ['main.py', 'code.py']

const HELPERS = `
import os
def _hil_hash(p):
    import hashlib
    from binascii import hexlify
    try:
        h = hashlib.sha256()
        with open(p, "rb") as f:
            while True:
                b = f.read(512)
                if not b: break
                h.update(b)
        return hexlify(h.digest()).decode()
    except (OSError, AttributeError):
        return ""
def _hil_dirs(p):
    at = ""
    for part in p.strip("/").split("/")[:-1]:
        at += "/" + part
        try: os.mkdir(at)
        except OSError: pass
def _hil_read(p):
    try:
        with open(p) as f:
            return f.read()
    except OSError:
        return ""
def _hil_remove(p):
    try: os.remove(p)
    except OSError: pass
def _hil_list(p, deep):
    for e in os.ilistdir(p or "/"):
        path = (p.rstrip("/") + "/" + e[0])
        if e[1] & 0x4000:
            print("%s/\\t0" % path)
            if deep and path != "/rom": _hil_list(path, deep)
        else:
            print("%s\\t%d" % (path, e[3] if len(e) > 3 else os.stat(path)[6]))
`

export interface RemoteEntry {
  /** With a slash at its end: a folder. */
  readonly path: string
  readonly size: number
}

export class RemoteFiles {
  readonly #repl: RawRepl
  #ready = false

  constructor(repl: RawRepl) {
    this.#repl = repl
  }

  /** True when it had to be sent. */
  async put(path: string, content: Uint8Array): Promise<boolean> {
    await this.#prepare()
    const target = literal(absolute(path))
    const hash = createHash('sha256').update(content).digest('hex')
    if ((await this.#ask(`print(_hil_hash(${target}))`)).trim() === hash) return false
    await this.#ask(`_hil_dirs(${target}); _hil_f = open(${target}, "wb")`)
    for (let at = 0; at < content.length; at += CHUNK)
      await this.#ask(`_hil_f.write(${literal(content.subarray(at, at + CHUNK))})`)
    await this.#ask('_hil_f.close(); del _hil_f')
    return true
  }

  async get(path: string): Promise<Uint8Array> {
    await this.#prepare()
    const hex = await this.#ask(
      `from binascii import hexlify\nwith open(${literal(absolute(path))}, "rb") as f:\n  while True:\n    b = f.read(${CHUNK})\n    if not b: break\n    print(hexlify(b).decode())`,
    )
    return Uint8Array.from(Buffer.from(hex.replace(/\s/g, ''), 'hex'))
  }

  async remove(path: string): Promise<void> {
    await this.#prepare()
    await this.#ask(`os.remove(${literal(absolute(path))})`)
  }

  /** Removes programs of before, and what a run before has put there and this one does not. */
  async clean(kept: ReadonlySet<string>): Promise<void> {
    await this.#prepare()
    const before = await this.#ask(`print(_hil_read(${literal(MANIFEST)}))`)
    const ours = before
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
    for (const path of new Set([...PROGRAMS, ...ours]))
      if (!kept.has(path)) await this.#ask(`_hil_remove(${literal(absolute(path))})`)
  }

  /** Writes down what is there by us, for the run after this. */
  async remember(files: ReadonlySet<string>): Promise<void> {
    if (files.size === 0) await this.#ask(`_hil_remove(${literal(MANIFEST)})`)
    else await this.put(MANIFEST, Buffer.from(`${[...files].sort().join('\n')}\n`))
  }

  async list(path: string, deep = false): Promise<readonly RemoteEntry[]> {
    await this.#prepare()
    const text = await this.#ask(
      `_hil_list(${literal(path === '/' ? '' : absolute(path))}, ${deep ? 'True' : 'False'})`,
    )
    return text
      .split('\n')
      .map((line) => line.trim().split('\t'))
      .filter(([name]) => name !== '' && name !== undefined)
      .map(([name, size]) => ({ path: name!, size: Number(size) }))
  }

  async #prepare(): Promise<void> {
    if (this.#ready) return
    await this.#ask(HELPERS)
    this.#ready = true
  }

  #ask(source: string): Promise<string> {
    return this.#repl.evaluate(source, TRANSFER_LIMIT)
  }
}

const absolute = (path: string): string => (path.startsWith('/') ? path : `/${path}`)
