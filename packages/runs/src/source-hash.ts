import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hash, root } from '@whetstone/core'

const cache = new Map<string, string>()

/** Hash of packages' sources (tests left out), so that a step done by other code is not taken for this one's. `loop:gate` is the part of a package whose file names begin with gate; display is never hashed. */
export function sourceHash(...packages: readonly string[]): string {
  return hash(packages.map((name) => cache.get(name) ?? hashPackage(name)))
}

function hashPackage(name: string): string {
  const [own = '', prefix = ''] = name.split(':')
  const folder = join(root, 'packages', own, 'src')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.(ts|md)$/.test(file) && !file.endsWith('.test.ts') && file.startsWith(prefix),
  )
  const digest = hash(files.sort().map((file) => [file, readFileSync(join(folder, file), 'utf8')]))
  cache.set(name, digest)
  return digest
}
