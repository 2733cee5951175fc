import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const include = /^[ \t]*#[ \t]*include[ \t]+"([^"]+)"/gm

/** The headers of ours that a source file reads, directly and through others: looked for beside the includer, then in `folders`. Those of llama.cpp are not among them. */
export function includedHeaders(source: string, folders: readonly string[], seen = new Set<string>()): string[] {
  for (const [, name] of readFileSync(source, 'utf8').matchAll(include)) {
    const found = [dirname(source), ...folders].map((folder) => join(folder, name as string)).find((file) => existsSync(file))
    if (!found || seen.has(found)) continue
    seen.add(found)
    includedHeaders(found, folders, seen)
  }
  return [...seen].sort()
}
