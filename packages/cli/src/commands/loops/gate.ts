import { join, relative } from 'node:path'
import { BadInput, describeUse, hash, paths, root, toRecord, writeJson, type LevelName } from '@whetstone/core'
import { judgeModels } from '@whetstone/attempts/judge-models.ts'
import type { Recipe } from '@whetstone/recipe'
import { ensureTools } from '@whetstone/native'
import { armsTable } from '@whetstone/reports/arms-table.ts'
import { showTable } from '@whetstone/reports/tables/show-table.ts'
import { textTable } from '@whetstone/reports/tables/text-table.ts'
import { defineCommand } from '../../command.ts'
import { recipeFlags, resolveRecipe } from '../../recipe/resolve-recipe.ts'
import { candidateOf } from '../../train/candidate-of.ts'
import { writeResult } from '../../write-result.ts'

export default defineCommand({
  about: "judges any GGUF or adapter against another on a recipe's validation tasks, by the recipe's gate, outside of any run",
  flags: {
    ...recipeFlags,
    candidate: {
      type: 'file',
      about: 'a GGUF, an adapter with its card beside it, base.gguf+adapter.gguf, or a folder with a card (models:train leaves one)',
    },
    incumbent: { type: 'file', about: "what it is judged against, named in the same ways (default: the recipe's model)" },
    levels: { type: 'string', about: "levels of the courses that are climbed, e.g. 2,3,4,5 (default: up to each course's first frontier)" },
    frontier: {
      type: 'string',
      about:
        'where the candidate must be better, TASKSET:LEVEL, several separated by commas; other levels are guarded (default: the frontier of the first climbed course, else all levels)',
    },
    json: { type: 'json', about: 'write decision and arms to this file as JSON' },
  },
  examples: [
    'npx nx run loops:gate --candidate=checkpoints/rows --recipe=tiny',
    'npx nx run loops:gate --candidate=b.gguf --incumbent=a.gguf --recipe=gsm8k --limit=500',
    'npx nx run loops:gate --candidate=checkpoints/tiny/round-001/candidate.gguf --frontier=addition:5 --json=gate.json',
  ],
  async run({ candidate: named, incumbent: against, levels, frontier, json, ...flags }, signal) {
    if (named === undefined) throw new BadInput('loops:gate needs --candidate=MODEL: what is to be judged')
    const { recipe, base, roles } = await resolveRecipe({ ...flags, endpoint: [] })
    const candidate = await candidateOf(named, '--candidate')
    const incumbent = against === undefined ? base : await candidateOf(against, '--incumbent')
    await ensureTools([...(recipe.backend.tools ?? []).filter((tool) => tool !== 'llama-score')], { signal })
    const tested = frontierOf(frontier, recipe)
    const asked = levels?.split(',').map(levelOf)
    const courses = recipe.courses.map(({ taskset, validation, only, levels: climbed }) => [
      describeUse(taskset),
      validation,
      only ?? null,
      climbed ?? null,
    ])
    const { settings, sampling, solver } = recipe
    const name = hash([
      incumbent.id,
      candidate.id,
      courses,
      settings.seed,
      settings.evalSamples,
      settings.chunk,
      sampling,
      describeUse(solver),
      asked ?? null,
    ]).slice(0, 12)
    const { decision, evaluations } = await judgeModels({
      ...{ recipe, roles, incumbent, candidate, frontier: tested, folder: join(paths.datasets('gate'), name), signal },
      levels: asked,
      threads: flags.threads,
    })
    const arms = evaluations.map(({ outcomes: _, ...arm }) => arm)
    const result = {
      recipe: recipe.name,
      incumbent: { id: incumbent.id, name: incumbent.name },
      candidate: { id: candidate.id, name: candidate.name },
      frontier: tested,
      decision,
      evaluations: arms,
    }
    const file = join(paths.reports('gate'), `${name}.json`)
    writeJson(file, toRecord(result))
    writeResult(json, result)
    console.log(`${candidate.name} (${candidate.id}) against ${incumbent.name} (${incumbent.id}), recipe ${recipe.name}, memory off`)
    console.log(showTable(textTable(armsTable(arms))))
    console.log(`=> ${decision.promoted ? 'better' : 'not shown to be better'}: ${decision.reason}`)
    console.log(
      `   minimum detectable effect ${(100 * decision.minimumDetectableEffect).toFixed(1)} points; no run's looks were spent: ask once, not until it says yes`,
    )
    console.log(`   ${relative(root, file)}`)
  },
})

/** What the test is on: as named, else the first frontier of the first course that is climbed. */
function frontierOf(text: string | undefined, recipe: Recipe): LevelName[] {
  if (text !== undefined)
    return text.split(',').map((part) => {
      const [, taskset, level] = /^\s*([^:]+):(\d+)\s*$/.exec(part) ?? []
      if (taskset === undefined || level === undefined)
        throw new BadInput(`--frontier=${text}: give TASKSET:LEVEL, e.g. --frontier=addition:5`)
      return { taskset, level: Number(level) }
    })
  const climbed = recipe.courses.find(({ levels }) => levels)
  return climbed?.levels ? [{ taskset: climbed.taskset.name, level: climbed.levels.frontier }] : []
}

function levelOf(text: string): number {
  const level = Number(text)
  if (!Number.isInteger(level) || text.trim() === '') throw new BadInput(`--levels takes whole numbers separated by commas, got "${text}"`)
  return level
}
