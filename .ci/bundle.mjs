// Puts the modules that the package's entries stand on into few files, dist/chunks: a program that loads a thousand files
// spends half its start on finding and opening them. Each entry keeps its place. The modules one by one stay in dist as
// well, for benchmarks, generators and tests; the package has only the entries, the chunks and the types.

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, posix, relative, resolve, sep } from 'node:path'
import { rolldown } from 'rolldown'

const root = resolve(import.meta.dirname, '..')
const dist = join(root, 'dist')
const { bin, exports, files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** Programs that run as processes or threads of their own, and what vitest is told the place of. */
const PROGRAMS = [
  'harness/child/helper-process.js',
  'harness/child/reaper-process.js',
  'harness/load/shard/main.js',
  'harness/select/check/thread.js',
  'harness/vitest/collect.js',
  'emulators/micropython/worker.js',
]

const inDist = (path) => path.replace(/^(\.\/)?dist\//, '')
const faces = Object.values(exports).flatMap((face) => (typeof face === 'string' ? [] : [inDist(face.default)]))
const entries = [inDist(bin.hil), ...faces, ...PROGRAMS]
for (const entry of entries)
  if (!files.includes(`dist/${entry}`)) throw new Error(`package.json: "files" must have dist/${entry}`)

/** A module asks where it stands, and must be answered with its own place, not with its chunk's. */
const META = /import\.meta\.(url|filename|dirname)\b/g
const ASKED = /__moduleOf\("([^"]+)"\)\.(url|filename|dirname)/g
const placed = {
  name: 'places of modules',
  transform: (code, id) =>
    code.includes('import.meta.')
      ? code.replace(META, (_, what) => `__moduleOf("${relative(dist, id).split(sep).join('/')}").${what}`)
      : null,
  renderChunk: (code, { fileName }) =>
    code.includes('__moduleOf(')
      ? code.replace(ASKED, (_, module, what) => {
          const path = posix.relative(posix.dirname(fileName), what === 'dirname' ? posix.dirname(module) : module)
          return what === 'url'
            ? `new URL(${JSON.stringify(path)}, import.meta.url).href`
            : `process.getBuiltinModule('node:path').join(import.meta.dirname, ${JSON.stringify(path)})`
        })
      : null,
}

/**
 * Libraries of many small files, which the command line needs at each start: they go into the chunks as well, with what they
 * stand on. All others stay what npm has installed.
 */
const INLINED = ['log-update', 'yaml', 'yargs', 'zod']
const packageOf = (id) => /^(?:@[^/]+\/)?[^/]+/.exec(id)[0]
const isOutside = (id, importer) => {
  if (isBuiltin(id)) return true
  if (id.startsWith('.') || id.startsWith('/') || resolve(id) === id) return false
  return !INLINED.includes(packageOf(id)) && !importer?.includes('node_modules')
}

rmSync(join(dist, 'chunks'), { recursive: true, force: true })
const bundle = await rolldown({
  cwd: root,
  platform: 'node',
  input: Object.fromEntries(entries.map((entry) => [entry.replace(/\.js$/, ''), join(dist, entry)])),
  external: isOutside,
  plugins: [placed],
})
const { output } = await bundle.write({
  dir: dist,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
})
await bundle.close()

/** What others wrote is given on with their licences. */
const inlined = new Set(
  output.flatMap(({ moduleIds = [] }) =>
    moduleIds.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id.split(sep).join('/'))?.[0] ?? []),
  ),
)
const notices = [...inlined].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one))
  if (file === undefined) throw new Error(`${name} has no licence file, and is to be part of the package`)
  return `# ${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
})
writeFileSync(join(dist, 'chunks/LICENSES.md'), notices.join('\n'))

// Types that no entry of the package leads to are of nobody's use there.
const shown = new Set()
const toSee = Object.values(exports).flatMap((face) => (typeof face === 'string' ? [] : [inDist(face.types)]))
for (const file of toSee) {
  if (shown.has(file)) continue
  shown.add(file)
  for (const [, other] of readFileSync(join(dist, file), 'utf8').matchAll(
    /(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g,
  ))
    toSee.push(posix.join(posix.dirname(file), other.replace(/\.[jt]s$/, '.d.ts')))
}
for (const file of readdirSync(dist, { recursive: true }))
  if (file.endsWith('.d.ts') && !shown.has(file.split(sep).join('/'))) rmSync(join(dist, file))
