import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, extname, join, relative, resolve, sep } from 'node:path'
import { hash, root } from '@whetstone/core'

/**
 * Hash of the sources that some files use: theirs and those of everything that they import, on and on, so that a step done by other code is not
 * taken for this one's, and that a file which nothing imports changes nothing. Types and tests do not count; `within` leaves out all but these
 * packages (display is never hashed). Packages of others are not looked into.
 */
export function sourceHash(files: readonly string[], { within }: { within: readonly string[] }): string {
  const packages = new Set(within)
  const wanted = importClosure(files).filter((file) => packages.has(packageOf(file) ?? ''))
  return hash(wanted.map((file) => [relative(root, file), hashOf(file)]))
}

/** The files themselves and all that they import, data that they name included, in order. */
export function importClosure(files: readonly string[]): string[] {
  const found = new Set<string>()
  const open = files.map((file) => resolve(root, file)).filter((file) => existsSync(file))
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file)) continue
    found.add(file)
    open.push(...usesOf(file))
  }
  return [...found].sort()
}

const packageOf = (file: string) => /^packages\/([^/]+)\//.exec(relative(root, file).split(sep).join('/'))?.[1]

const hashes = new Map<string, string>()
function hashOf(file: string): string {
  let digest = hashes.get(file)
  if (digest === undefined) hashes.set(file, (digest = hash(readFileSync(file, 'utf8'))))
  return digest
}

/** `import ... from 'x'`, `export ... from 'x'`, but of types only; `import 'x'`; `import('x')`. */
const imports =
  /(?:^|[;\n])\s*(?:import|export)\s+(?!type\b)(?:[^'"`;]*?\bfrom\s*)?['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/g
/** A file of data beside the source, or a folder of such, that it names. */
const data = /['"`]((?:\.{0,2}\/)?[\w-]+(?:\/[\w.-]+)*(?:\.(?:md|json|txt|csv|jinja))?)['"`]/g

const uses = new Map<string, string[]>()
function usesOf(file: string): string[] {
  if (extname(file) !== '.ts') return []
  const known = uses.get(file)
  if (known) return known
  const text = readFileSync(file, 'utf8')
  const code = [...text.matchAll(imports)].flatMap(([, from, dynamic]) => locate(file, (from ?? dynamic) as string))
  const beside = [...text.matchAll(data)].flatMap(([, name]) => dataFiles(join(dirname(file), name as string)))
  const all = [...new Set([...code, ...beside])]
  uses.set(file, all)
  return all
}

function locate(from: string, name: string): string[] {
  if (name.startsWith('.')) return [resolve(dirname(from), name)].filter((file) => existsSync(file))
  const [, own, path = 'index.ts'] = /^@whetstone\/([^/]+)(?:\/(.+))?$/.exec(name) ?? []
  return own === undefined ? [] : [join(root, 'packages', own, 'src', path)].filter((file) => existsSync(file))
}

function dataFiles(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isFile()) return path.endsWith('.ts') ? [] : [path]
  if (!found?.isDirectory()) return []
  const files = readdirSync(path)
  return files.some((file) => file.endsWith('.ts')) ? [] : files.map((file) => join(path, file)).filter((file) => statSync(file).isFile())
}
