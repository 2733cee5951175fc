import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import type { Round } from '@whetstone/core'
import { dataRoot, readJson, writeJson } from '@whetstone/core'
import { countUses } from '@whetstone/memory'
import { openRun, type RoundReader } from '@whetstone/runs'
import { z } from 'zod'
import { memorySections } from './memory-section.ts'
import { gatherReport } from './report/gather-report.ts'
import { Section } from './report/section.ts'
import { showRound } from './show-round.ts'
import { trainingPoints } from './training-points.ts'
import { writeEvaluations } from './write-evaluations.ts'
import { writeIndex } from './write-index.ts'
import { writeReport } from './write-report.ts'

/** Writes memory.json, the report, the evaluations and the index of a decided round beside its round.json. Doing it again changes nothing. */
export async function reportRound(round: Round): Promise<void> {
  const run = openRun(round.run)
  const reader = run.round(round.round)
  await reader.traces.index() // so that whoever looks first need not wait for it
  const uses = await countUses(run.trainTraces({ upTo: round.round }))
  const earlier = run.finished().flatMap(({ round: each }) => (each.round < round.round ? [each] : []))
  const sections =
    round.bank.tag === null ? [] : await memorySections(run.files.bank, uses, { round: round.round, rounds: [...earlier, round] })
  writeJson(reader.files.memory, sections)
  await rewriteReport(reader, round)
}

/** The same from what the round wrote of its bank at the time. */
export async function rewriteReport(reader: RoundReader, round: Round): Promise<void> {
  const { memory, report } = reader.files
  const { first, last } = await gatherReport(reader, round)
  const sections = existsSync(memory) ? readJson(memory, z.array(Section)) : []
  await writeReport(report, round, { seconds: reader.seconds(), first, last: [...sections, ...last], curve: await trainingPoints(reader) })
  writeEvaluations(reader, round)
  await writeIndex({ also: round })
}

/** A finished round on one screen, with the place of its report. */
export const roundScreen = (round: Round): string => showRound(round, relative(dataRoot, openRun(round.run).round(round.round).files.page))
