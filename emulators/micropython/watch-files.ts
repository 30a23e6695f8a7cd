// Which files of an interpreter's memory file system have changed. Emscripten says nothing about
// that; its operations are wrapped where all files share them.

import type { EmscriptenFs } from './emscripten.ts'

interface FsNode {
  readonly name: string
  readonly parent: FsNode
}

/** A function that gives, by path below `root`, what has changed since its last call; null: it is gone. */
export function watchFiles(fs: EmscriptenFs, root: string): () => ReadonlyMap<string, Uint8Array | null> {
  const written = new Set<object>()
  const gone = new Set<string>()
  const { dir, file } = fs.filesystems.MEMFS.ops_table
  const below = (path: string): string | null => (path.startsWith(`${root}/`) ? path.slice(root.length + 1) : null)

  const watch = <T extends Record<string, (...args: never[]) => unknown>>(
    operations: T,
    name: string,
    look: (args: readonly unknown[]) => void,
  ): void => {
    const real = operations[name]!
    operations[name as keyof T] = ((...args: never[]) => {
      look(args)
      return real(...args)
    }) as T[keyof T]
  }
  const lost = (path: string): void => {
    const relative = below(path)
    if (relative !== null) gone.add(relative)
  }
  watch(file.stream, 'write', ([stream]) => written.add((stream as { node: object }).node))
  // Truncation, as by open(…, 'w').
  watch(file.node, 'setattr', ([node]) => written.add(node as object))
  watch(dir.node, 'unlink', ([parent, name]) => lost(`${fs.getPath(parent as object)}/${name}`))
  watch(dir.node, 'rename', ([node, parent, name]) => {
    lost(fs.getPath(node as object))
    const replaced = below(`${fs.getPath(parent as object)}/${name}`)
    if (replaced !== null) gone.delete(replaced)
    written.add(node as object)
  })

  return () => {
    const changed = new Map<string, Uint8Array | null>()
    for (const path of gone) changed.set(path, null)
    for (const node of written) {
      const path = below(fs.getPath(node))
      if (path === null || (node as FsNode).parent === node) continue
      try {
        changed.set(path, fs.readFile(`${root}/${path}`))
      } catch {
        // removed meanwhile, or a folder
      }
    }
    written.clear()
    gone.clear()
    return changed
  }
}
