import { BadInput, type Round } from '@whetstone/core'
import { checkRunName, openRun, runNames } from '@whetstone/runs'

/** The finished rounds of a run, in order. */
export function readRounds(name: string): Round[] {
  const run = openRun(checkRunName(name))
  const rounds = run.finished().map(({ round }) => round)
  if (rounds.length > 0) return rounds
  const [problem] = run.problems
  if (problem) throw new BadInput(`${problem.says}. What can still be read: ${problem.readable}`)
  const known = runNames().filter((other) => openRun(other).finished().length > 0)
  throw new BadInput(
    `Run ${name} has no finished round in ${run.files.reports}. ${known.length > 0 ? `Runs: ${known.join(', ')}` : 'Begin one with `npx nx run loops:cycle`'}`,
  )
}
