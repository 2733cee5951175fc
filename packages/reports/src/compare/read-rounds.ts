import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { BadInput, paths, readJson, Round } from '@whetstone/core'

/** The finished rounds of a run, in order, each with the path of its round.json. */
export function readRounds(run: string): { file: string; round: Round }[] {
  const folder = paths.reports(run)
  const reports = join(folder, '..')
  const files = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /^round-\d+$/.test(name))
        .sort()
        .map((name) => join(folder, name, 'round.json'))
    : []
  const rounds = files.filter((file) => existsSync(file)).map((file) => ({ file, round: readJson(file, Round) }))
  if (rounds.length > 0) return rounds
  const known = existsSync(reports) ? readdirSync(reports).filter((name) => existsSync(join(reports, name, 'round-001', 'round.json'))) : []
  throw new BadInput(
    `Run ${run} has no finished round in ${folder}. ${known.length > 0 ? `Runs: ${known.join(', ')}` : 'Begin one with `npx nx run loops:cycle`'}`,
  )
}
