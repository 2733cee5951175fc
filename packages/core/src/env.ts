import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { root } from './paths.ts'

/** Reads .env in the repository's root, if there is one, into process.env. What the environment already holds wins; the file is never written. */
export function readEnv(file = join(root, '.env')): void {
  if (!existsSync(file)) return
  for (const [name, value] of Object.entries(parseEnv(readFileSync(file, 'utf8')))) process.env[name] ??= value
}
