import { join, relative } from 'node:path'
import { dataRoot, paths, rate, readJson, writeAtomic, writeJson } from '@whetstone/core'
import { ensureTools } from '@whetstone/native'
import { renderPng } from '@whetstone/reports'
import { reportRound } from '@whetstone/reports/report-round.ts'
import { checkRunName } from '@whetstone/runs'
import { namedArms, usualArms } from '@whetstone/studies/ablate/named-arms.ts'
import { ArmsFile, readArms, readSeeds } from '@whetstone/studies/ablate/read-arms.ts'
import { runAblation } from '@whetstone/studies/ablate/run-ablation.ts'
import { chartAblation, showAblation } from '@whetstone/studies/ablate/show-ablation.ts'
import { seedOutcomes, summarizeAblation } from '@whetstone/studies/ablate/summarize-ablation.ts'
import { defineCommand } from '../../command.ts'
import { recipeFlags, resolveRecipe, resolveRoles } from '../../recipe/resolve-recipe.ts'
import { writeResult } from '../../write-result.ts'

const { seed: _seed, ...flagsOfRecipe } = recipeFlags

export default defineCommand({
  about:
    'what each part of a recipe is worth: changed recipes side by side over seeds, in one table and one chart; stopped anywhere, the same command goes on',
  flags: {
    ...flagsOfRecipe,
    arm: {
      type: 'list',
      about: `an arm: ${Object.keys(namedArms).join(', ')}; or NAME:PATH=VALUE,... as --set takes them. The first is what the others are compared with (default: ${usualArms.join(', ')})`,
    },
    arms: { type: 'file', about: 'a JSON file of arms: {"as-is": [], "one-epoch": ["trainer.epochs=1"]}' },
    seeds: { type: 'string', default: '1-7', about: 'seeds, e.g. 1-7 or 1,2,5: seven make a claim' },
    rounds: { type: 'number', min: 1, max: 100, default: 2, about: 'rounds of each run' },
    tasks: { type: 'number', min: 10, max: 100000, default: 200, about: 'test tasks a level' },
    top: {
      type: 'number',
      min: 1,
      max: 1000,
      about: 'highest test level of climbed courses (default: the frontier that the recipe begins with)',
    },
    name: { type: 'string', about: "the ablation's name (default: ablate-RECIPE)" },
    json: { type: 'json', about: 'write the table to this file as JSON' },
  },
  examples: [
    'npx nx run loops:ablate',
    'npx nx run loops:ablate --arm=as-is --arm=lora --arm=half:trainer.epochs=4 --seeds=1-3',
    'npx nx run loops:ablate --recipe=consolidate --arms=arms.json --rounds=5',
  ],
  async run(flags, signal) {
    const seeds = readSeeds(flags.seeds)
    const { recipe, base } = await resolveRecipe({ ...flags, seed: undefined, endpoint: [] })
    const arms = await readArms(recipe, flags.arm, flags.arms === undefined ? {} : readJson(flags.arms, ArmsFile))
    const name = checkRunName(flags.name ?? `ablate-${recipe.name}`)
    await ensureTools(['llama-sample', 'llama-train'], { signal })
    const results = await runAblation({
      ...{ name, arms, seeds, base, rolesOf: resolveRoles, signal },
      ...{ rounds: flags.rounds, tasks: flags.tasks, top: flags.top, threads: flags.threads, report: reportRound },
      done: (result, left) =>
        process.stderr.write(
          `${result.arm}, seed ${result.seed}: ${rate(seedOutcomes([result])[0]?.outcome ?? NaN)}, ${result.promoted.filter(Boolean).length} of ${result.promoted.length} rounds promoted; ${left} run${left === 1 ? '' : 's'} left\n`,
        ),
    })
    const rows = summarizeAblation(results, arms.map((arm) => arm.name)) // prettier-ignore
    const about = new Map(arms.map((arm) => [arm.name, arm.about]))
    const text = showAblation(rows, { name, recipe: recipe.name, rounds: flags.rounds, seeds, model: base.id, about })
    const folder = paths.reports(name)
    writeAtomic(join(folder, 'ablation.md'), `${text}\n![chart](ablation.png)\n`)
    writeAtomic(join(folder, 'ablation.png'), await renderPng(chartAblation(rows, seedOutcomes(results))))
    writeJson(join(folder, 'ablation.json'), rows)
    console.log(text)
    console.log(`${relative(dataRoot, join(folder, 'ablation.md'))}, ablation.png`)
    writeResult(flags.json, rows)
  },
})
