// Tells of files that change below some folders. Each folder is watched by itself, because a recursive watch would
// also take in node_modules, a descriptor for each file of it. What is told is a path, not what happened to it.

import { type FSWatcher, watch } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { Problem } from '../../../emulators/core/problem.ts'

const PASSED_OVER = /^(node_modules|__pycache__|\..+)$/
/** What editors and interpreters put beside a file while they work on it. */
const SCRAP =
  /~$|^\.#|^#.*#$|\.sw[a-z]$|\.pyc$|\.tmp(\.[\w.-]+)?$|\.(bak|orig)$|___jb_(tmp|old)___$|^sed[A-Za-z0-9]{6}$|^4913$/

export class Folders implements Disposable {
  readonly #watchers = new Map<string, FSWatcher>()
  readonly #isIgnored: (path: string) => boolean
  readonly #tell: (path: string) => void
  readonly #states = new Map<string, string>()
  #closed = false

  constructor(isIgnored: (path: string) => boolean, tell: (path: string) => void) {
    this.#isIgnored = isIgnored
    this.#tell = tell
  }

  /** A folder with all below it, or one file; resolves when changes are seen from now on. Throws `cli/cannot-watch`. */
  async add(path: string): Promise<void> {
    const full = resolve(path)
    const info = await stat(full).catch(() => null)
    if (info === null || this.#closed) return
    if (info.isDirectory()) await this.#enter(full, false)
    else this.#states.set(full, stateOf(info))
  }

  async #enter(folder: string, isNew: boolean): Promise<void> {
    if (this.#watchers.has(folder) || this.#closed) return
    this.#watch(folder)
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      const path = join(folder, entry.name)
      if (this.#passesOver(path)) continue
      if (entry.isDirectory()) await this.#enter(path, isNew)
      else if (isNew) await this.#look(path)
      else await this.add(path)
    }
  }

  #watch(folder: string): void {
    try {
      const watcher = watch(folder, (_, name) => {
        if (name !== null && !this.#passesOver(join(folder, name))) void this.#look(join(folder, name))
      })
      watcher.on('error', () => this.#leave(folder))
      this.#watchers.set(folder, watcher)
    } catch (cause) {
      throw new Problem('cli/cannot-watch', `${folder} cannot be watched: ${(cause as Error).message}`, {
        hint: 'perhaps too many are watched: sysctl fs.inotify.max_user_watches',
        cause,
      })
    }
  }

  /** Only what is really another file than before is told: a touch of its permissions is not. */
  async #look(path: string): Promise<void> {
    const info = await stat(path).catch(() => null)
    if (this.#closed) return
    if (info?.isDirectory()) return this.#enter(path, true).catch(() => {})
    if (info === null) this.#leave(path)
    const state = info === null ? 'gone' : stateOf(info)
    if (this.#states.get(path) === state) return
    this.#states.set(path, state)
    this.#tell(path)
  }

  #passesOver(path: string): boolean {
    const name = basename(path)
    return PASSED_OVER.test(name) || SCRAP.test(name) || this.#isIgnored(path)
  }

  #leave(folder: string): void {
    this.#watchers.get(folder)?.close()
    this.#watchers.delete(folder)
  }

  [Symbol.dispose](): void {
    this.#closed = true
    for (const folder of [...this.#watchers.keys()]) this.#leave(folder)
  }
}

const stateOf = ({ mtimeMs, size }: { readonly mtimeMs: number; readonly size: number }): string => `${mtimeMs} ${size}`
