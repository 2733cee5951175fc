import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Format } from '@whetstone/core'
import { BadInput } from '@whetstone/core'

const folder = join(import.meta.dirname, 'formats')

/** Names of the export formats: the listing of formats/ is the registry. */
export const formatNames = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.slice(0, -3))
    .sort()

/** The format of a name: the export that its file is named after. */
export async function loadFormat(name: string): Promise<Format> {
  if (!formatNames().includes(name)) throw new BadInput(`No format "${name}". Formats: ${formatNames().join(', ')}`)
  return ((await import(join(folder, `${name}.ts`))) as Record<string, Format>)[name] as Format
}
