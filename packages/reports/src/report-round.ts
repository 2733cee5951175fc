import { relative } from 'node:path'
import type { Round } from '@whetstone/core'
import { dataRoot, writeJson } from '@whetstone/core'
import { countUses } from '@whetstone/memory'
import { openRun } from '@whetstone/runs'
import { memorySections } from './memory-section.ts'
import { showRound } from './show-round.ts'
import { writeReport } from './write-report.ts'

/** Writes memory.json and the report of a decided round beside its round.json. Doing it again changes nothing. */
export async function reportRound(round: Round): Promise<void> {
  const run = openRun(round.run)
  const { files, seconds } = run.round(round.round)
  const uses = await countUses(run.trainTraces({ upTo: round.round }))
  const sections = round.bank.tag === null ? [] : await memorySections(run.files.bank, uses, { round: round.round })
  writeJson(files.memory, sections)
  await writeReport(files.report, round, { seconds: seconds(), sections })
}

/** A finished round on one screen, with the place of its report. */
export const roundScreen = (round: Round): string => showRound(round, relative(dataRoot, openRun(round.run).round(round.round).files.page))
