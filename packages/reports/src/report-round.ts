import { join, relative } from 'node:path'
import type { Round } from '@whetstone/core'
import { dataRoot, paths, readJsonl, Trace, writeJson } from '@whetstone/core'
import { stepSeconds } from '@whetstone/runs'
import { memorySections } from './memory-section.ts'
import { showRound } from './show-round.ts'
import { writeReport } from './write-report.ts'

/** Writes memory.json and the report of a decided round beside its round.json. Doing it again changes nothing. */
export async function reportRound(round: Round): Promise<void> {
  const folder = paths.report(round.run, round.round)
  const numbers = Array.from({ length: round.round }, (_, index) => index + 1)
  const traces = numbers.flatMap((number) => readJsonl(join(paths.dataset(round.run, number), 'traces.jsonl'), Trace, { optional: true }))
  const sections = round.bank.tag === null ? [] : await memorySections(paths.bank(round.run), traces, { round: round.round })
  writeJson(join(folder, 'memory.json'), sections)
  await writeReport(folder, round, { seconds: stepSeconds(join(folder, 'steps')), sections })
}

/** A finished round on one screen, with the place of its report. */
export const roundScreen = (round: Round): string =>
  showRound(round, relative(dataRoot, join(paths.report(round.run, round.round), 'report.html')))
