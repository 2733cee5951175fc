import { BadInput, suggest } from '@whetstone/core'
import { checkRunName, runNames } from '@whetstone/runs'

/** The name of a run that is there; else says which are. */
export function knownRun(run: string): string {
  const known = runNames()
  if (!known.includes(checkRunName(run)))
    throw new BadInput(
      known.length === 0
        ? `No run "${run}": there is none yet, begin one with \`npx nx run loops:cycle\``
        : `No run "${run}": ${suggest(run, known, 'runs')}: name one with --run=NAME`,
    )
  return run
}
