import { existsSync } from 'node:fs'
import { BadInput } from '@whetstone/core'
import { readIncumbent } from './incumbent.ts'
import { roundFiles, roundNumbers, runFiles } from './run-files.ts'

/** The last round that was decided, 0 before the first. */
export const lastDecided = (run: string): number => roundNumbers(run).findLast((round) => existsSync(roundFiles(run, round).round)) ?? 0

/**
 * What a run serves is what its last decision said. Where the record of that is gone or older (a folder that was lost, an old copy put back),
 * going on would begin again with the first model as if nothing had been decided: a question for the user. One round behind is where a kill left it.
 */
export function checkIncumbent(run: string): void {
  const decided = lastDecided(run)
  if (decided === 0) return
  const files = runFiles(run)
  const or = `, or begin a run of another name with --run=NAME`
  const back = `put it back with npx nx run loops:rollback --run=${run} --to=${decided}`
  if (!existsSync(files.record))
    throw new BadInput(
      `Run ${run} has decided ${decided} rounds, but ${files.record}, which says whose run it is, is missing: bring it back${or}`,
    )
  const incumbent = readIncumbent(run)
  if (incumbent === null)
    throw new BadInput(
      `Run ${run} has decided ${decided} rounds, but ${files.incumbent}, which says what it serves, is missing: ${back}${or}`,
    )
  if (incumbent.round < decided - 1)
    throw new BadInput(`Run ${run} has decided ${decided} rounds, but ${files.incumbent} is that of round ${incumbent.round}: ${back}${or}`)
}
