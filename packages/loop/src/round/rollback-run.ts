import { existsSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { BadInput, readJson } from '@whetstone/core'
import { mayHoldBank, openBank } from '@whetstone/memory'
import {
  Incumbent,
  lastDecided,
  lockRemoval,
  lockRun,
  readIncumbent,
  roundFiles,
  roundNumbers,
  runFiles,
  withdrawLooks,
  writeIncumbent,
} from '@whetstone/runs'

/**
 * Makes a run what it was after a round (0: as it began): what is served, the bank, the frontier. The rounds after it are moved aside under
 * the name `undone-<time>-round-NNN`, not removed, and their looks at the validation data stay spent. The incumbent's record is written last: killed
 * anywhere, the same command finishes.
 */
export async function rollbackRun(run: string, to: number): Promise<{ moved: number[]; serves: string }> {
  const files = runFiles(run)
  using _lock = lockRun(run)
  using _alone = lockRemoval(run)
  const now = readIncumbent(run)
  // The record may be what was lost: then what the rounds left says how many there are.
  const last = Math.max(now?.round ?? 0, lastDecided(run))
  if (!now && last === 0) throw new BadInput(`Run ${run} has no incumbent: begin it with npx nx run loops:cycle --run=${run}`)
  if (to > last) throw new BadInput(`Run ${run} has done ${last} rounds: it cannot go back to round ${to}`)
  const { served } = roundFiles(run, to)
  if (!existsSync(served))
    throw new BadInput(
      `Run ${run} kept no record of what it served after round ${to} (${served}): rounds of before 2026-12 cannot be gone back to`,
    )
  const incumbent = readJson(served, Incumbent)
  const moved = roundNumbers(run).filter((round) => round > to)
  if (incumbent.bank !== null && mayHoldBank(files.bank)) {
    await using bank = await openBank({ uri: files.bank, embedder: null })
    await bank.rollback(incumbent.bank)
  }
  withdrawLooks(run, { from: to + 1, open: null })
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-')
  for (const round of moved)
    for (const folder of foldersOf(run, round))
      if (existsSync(folder.from)) renameSync(folder.from, join(dirname(folder.from), `undone-${stamp}-${folder.name}`))
  writeIncumbent(run, incumbent)
  return { moved, serves: incumbent.model.id }
}

function foldersOf(run: string, round: number): { from: string; name: string }[] {
  const { report, dataset, checkpoint } = roundFiles(run, round)
  const name = `round-${String(round).padStart(3, '0')}`
  return [report, dataset, checkpoint].map((from) => ({ from, name }))
}
