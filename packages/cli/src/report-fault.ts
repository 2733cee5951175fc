import { readFileSync, writeFileSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'
import { dataRoot, redact, root, visibleText, makeFolder } from '@whetstone/core'

/**
 * Writes what is needed to mend a fault of our own: the command, the versions, the stack. Secrets are taken out, and nothing of the environment is in it.
 * Gives the file, or null where none can be written.
 */
export function reportFault(command: string, argv: readonly string[], error: unknown): string | null {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const text = [
    `whetstone ${version}, Node ${process.version}, ${process.platform} ${process.arch} ${release()}`,
    `$ ${[command, ...argv].map((part) => JSON.stringify(part)).join(' ')}`,
    (error as Error).stack ?? String(error),
    causes(error),
  ]
  const folder = join(dataRoot, 'reports', 'faults')
  const file = join(folder, `${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${process.pid}.txt`)
  try {
    makeFolder(folder)
    writeFileSync(file, `${visibleText(redact(text.filter(Boolean).join('\n\n')))}\n`)
    return file
  } catch {
    return null
  }
}

function causes(error: unknown): string {
  const found: string[] = []
  for (let cause = (error as Error).cause; cause instanceof Error && found.length < 8; cause = cause.cause)
    found.push(`caused by ${cause.stack ?? cause.message}`)
  return found.join('\n\n')
}
