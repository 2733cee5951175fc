import { existsSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { BadInput, hashFile, readRows, reread, root, writeJson, writeRows, type Rows } from '@whetstone/core'
import { aggregate, Aggregated, type AggregateCounts, type Stage } from '@whetstone/harvest'
import { loadRecipe } from '@whetstone/recipe'
import { openRun } from '@whetstone/runs'
import { filteredRows, filtersNamed, harvestedRows } from '../../aggregate/rows-of-runs.ts'
import { defineCommand } from '../../command.ts'
import { knownRun } from '../../known-run.ts'
import { writeResult } from '../../write-result.ts'

export default defineCommand({
  about:
    'keeps, merges and grows training rows over runs and rounds: one row for each content with all its sources; the same again changes nothing',
  flags: {
    runs: { type: 'string', about: 'names of runs, separated by commas' },
    out: { type: 'output', about: 'the folder: rows.jsonl and card.json; what is there stays, what is new comes behind it' },
    filters: {
      type: 'string',
      about:
        'all train traces through these filters in place of the rows that the runs harvested: names separated by commas, settings behind colons, e.g. partly-correct:least=0.5,distinct:by=steps',
    },
    seed: { type: 'number', min: 0, default: 1, about: 'of filters that draw' },
    json: { type: 'json', about: 'write counts and funnel to this file as JSON' },
  },
  examples: [
    'npx nx run datasets:aggregate --runs=tiny,second --out=datasets/all',
    'npx nx run datasets:aggregate --runs=mine --filters=partly-correct:least=0.5,distinct:by=steps,decontaminate --out=datasets/partly',
  ],
  async run({ runs: named, out, filters: wanted, seed, json }) {
    if (named === undefined || out === undefined) throw new BadInput('datasets:aggregate needs --runs=A,B and --out=FOLDER')
    const runs = named.split(',').map((run) => knownRun(run.trim()))
    const folder = resolve(out)
    const file = join(folder, 'rows.jsonl')
    if (existsSync(folder) && !existsSync(file) && existsSync(join(folder, 'card.json')))
      throw new BadInput(`${out} holds a card and no rows.jsonl: it is the folder of something else, give another --out`)
    const filters = wanted === undefined ? null : await filtersNamed(wanted.split(',').map((name) => name.trim()))
    const stages: { run: string; stages: Stage[] }[] = []
    const incoming: Rows<Aggregated>[] = []
    for (const run of runs) {
      if (filters === null) incoming.push(reread(() => harvestedRows(run)))
      else {
        const recipe = await loadRecipe(openRun(run).record()?.recipe ?? 'tiny')
        const made = filteredRows(run, { filters, recipe, seed })
        stages.push({ run, stages: made.stages })
        incoming.push(made.rows)
      }
    }
    const given = reread(async function* () {
      for (const rows of incoming) yield* rows
    })
    const before = reread(() => readRows(file, Aggregated, { optional: true }))
    const counts = {} as AggregateCounts
    await writeRows(file, aggregate(before, given, counts))
    const card = { ...counts, runs, filters: wanted ?? null, hash: await hashFile(file) }
    writeJson(join(folder, 'card.json'), card)
    const funnels = stages.map((each) => ({ run: each.run, funnel: each.stages.map((stage) => stage.funnel()) }))
    writeResult(json, { ...card, funnels })
    console.log(
      `${relative(root, file)}: ${counts.rows} rows on ${counts.questions} questions; ${counts.given} came from ${runs.join(', ')}, ${counts.added} new, ${counts.merged} known ones gained a source`,
    )
    for (const { run, funnel } of funnels)
      for (const { filter, kept, dropped, reasons } of funnel)
        console.log(
          `  ${run}: ${filter} kept ${kept}, left out ${dropped}${reasons[0] ? ` (${reasons.map(({ why, count }) => `${why || 'no reason given'}: ${count}`).join('; ')})` : ''}`,
        )
  },
})
