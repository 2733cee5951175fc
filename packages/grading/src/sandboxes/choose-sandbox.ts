import { BadInput } from '@whetstone/core'
import { bubblewrap } from './bubblewrap.ts'
import { pyodide } from './pyodide.ts'
import { quickjs } from './quickjs.ts'
import type { Language, Sandbox } from './sandbox.ts'

/** All sandboxes, for each language the preferred first. */
export const sandboxes: readonly Sandbox[] = [bubblewrap, pyodide, quickjs]

/** The first sandbox of a language that works on this machine. Code is never run without one. */
export async function chooseSandbox(language: Language): Promise<Sandbox> {
  const reasons: string[] = []
  for (const sandbox of sandboxes.filter((candidate) => candidate.language === language)) {
    const missing = await sandbox.missing()
    if (missing === null) return sandbox
    reasons.push(missing)
  }
  throw new BadInput(`No sandbox for ${language} works here: ${reasons.join('; ')}`)
}
