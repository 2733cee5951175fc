import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { BadInput } from '@whetstone/core'
import type { ExportFormat } from './define-export.ts'

const folder = join(import.meta.dirname, 'exports')

/** Names of the consumers' formats: the listing of exports/ is the registry. */
export const exportNames = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.slice(0, -3))
    .sort()

/** The format of a name: the default export of its file. */
export async function loadExport(name: string): Promise<ExportFormat> {
  if (!exportNames().includes(name)) throw new BadInput(`No format "${name}". Formats: ${exportNames().join(', ')}`)
  return ((await import(join(folder, `${name}.ts`))) as { default: ExportFormat }).default
}
