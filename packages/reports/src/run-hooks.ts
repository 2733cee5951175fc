import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { BadInput, redact, suggest, type Round } from '@whetstone/core'
import { roundEvent, type Hook } from './run-event.ts'

const folder = join(import.meta.dirname, 'hooks')

/** Names of the hooks: the folder listing is the registry. */
export const hookNames = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.slice(0, -3))
    .sort()

/** The hooks of these names. A name that is none is told before a run begins. */
export async function loadHooks(names: readonly string[]): Promise<Hook[]> {
  const known = hookNames()
  for (const name of names) if (!known.includes(name)) throw new BadInput(`No hook "${name}": ${suggest(name, known, 'hooks')}`)
  return Promise.all(names.map(async (name) => ((await import(join(folder, `${name}.ts`))) as { default: Hook }).default))
}

/** Tells every hook of a finished round. What one throws is said and the run goes on. */
export async function tellHooks(hooks: readonly Hook[], round: Round): Promise<void> {
  if (hooks.length === 0) return
  const event = await roundEvent(round)
  await Promise.all(
    hooks.map(async (hook) => {
      try {
        await hook.hear(event)
      } catch (error) {
        process.stderr.write(
          `Hook ${hook.name} did not hear of round ${round.round} (${redact((error as Error).message)}): the run goes on\n`,
        )
      }
    }),
  )
}
