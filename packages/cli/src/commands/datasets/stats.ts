import { BadInput } from '@whetstone/core'
import { datasetStats, detectExport, exportNames, loadExport, readLoosely, type Spread } from '@whetstone/datasets'
import { openRun } from '@whetstone/runs'
import { defineCommand } from '../../command.ts'
import { rowsOfRun } from '../../export/rows-of-run.ts'
import { knownRun } from '../../known-run.ts'
import { writeResult } from '../../write-result.ts'

export default defineCommand({
  about:
    'what a file of training rows holds, or a round: rows, distinct questions, repeats, lengths, thinking, and of pairs how often the chosen answer is the longer one',
  flags: {
    file: { type: 'file', about: 'rows in any format that is known' },
    format: { type: 'string', choices: exportNames(), about: 'their format (default: found by the rows)' },
    run: { type: 'string', about: "a run's rows instead" },
    round: { type: 'number', min: 1, about: 'with --run: the round (default: the last)' },
    pairs: { type: 'boolean', about: 'with --run: its preference pairs instead of its worked examples' },
    json: { type: 'json', about: 'write the figures to this file as JSON' },
  },
  examples: ['npx nx run datasets:stats --file=rows.jsonl', 'npx nx run datasets:stats --run=tiny --pairs'],
  async run({ file, format, run, round, pairs, json }) {
    if ((file === undefined) === (run === undefined)) throw new BadInput('datasets:stats takes either --file=FILE or --run=NAME')
    const found = file === undefined ? null : format === undefined ? await detectExport(file) : await loadExport(format)
    const last = run === undefined ? undefined : (round ?? openRun(knownRun(run)).finished().at(-1)?.round.round)
    if (run !== undefined && last === undefined) throw new BadInput(`Run ${run} has no finished round: see npx nx run loops:status`)
    const rows = found ? readLoosely(found, file as string) : rowsOfRun(run as string, last as number, pairs ? 'preference' : 'sft')
    const stats = await datasetStats(rows)
    if (stats === null) throw new BadInput(`${file ?? `Round ${last} of run ${run}`} holds no ${pairs ? 'pairs' : 'rows'}`)
    writeResult(json, { format: found?.name ?? null, ...stats })
    const share = (part: number) => `${part} (${((100 * part) / stats.rows).toFixed(1)}%)`
    const lengths = ({ least, median, p95, most, mean }: Spread) =>
      `${least} to ${most}, median ${median}, 95% under ${p95}, mean ${mean.toFixed(1)}`
    console.log(`${file ?? `run ${run}, round ${last}`}: ${stats.rows} ${stats.kind} rows${found ? ` (${found.name})` : ''}`)
    console.log(`  questions         ${stats.questions}`)
    console.log(`  repeated rows     ${share(stats.repeated)}`)
    console.log(`  turns             ${lengths(stats.turns)}`)
    console.log(`  prompt, chars     ${lengths(stats.prompt)}`)
    if (stats.kind !== 'prompt') console.log(`  answer, chars     ${lengths(stats.answer)}`)
    if (stats.rejected) console.log(`  rejected, chars   ${lengths(stats.rejected)}`)
    if (stats.chosenLonger !== undefined)
      console.log(
        `  chosen is longer  ${(100 * stats.chosenLonger).toFixed(1)}% of pairs (ties half): far from 50%, length is what is learned`,
      )
    if (stats.equalPairs)
      console.log(`  equal answers     ${share(stats.equalPairs)}: chosen and rejected say the same, such pairs teach nothing`)
    if (stats.wanted !== undefined) console.log(`  wanted            ${(100 * stats.wanted).toFixed(1)}%`)
    console.log(`  system message    ${share(stats.withSystem)}`)
    console.log(`  thinking          ${share(stats.thinking)}`)
  },
})
