import { join, relative } from 'node:path'
import { dataRoot, duration, paths, writeJson } from '@whetstone/core'
import { climb, climbDefaults } from '@whetstone/studies/self-train/climb.ts'
import type { LevelRate } from '@whetstone/studies/self-train/measure-levels.ts'
import { makeRoom } from '@whetstone/studies/self-train/make-room.ts'
import { methods } from '@whetstone/studies/self-train/methods.ts'
import { selfTrain } from '@whetstone/studies/self-train/self-train.ts'
import { ensureTools } from '@whetstone/native'
import { checkRunName } from '@whetstone/runs'
import beam from '@whetstone/solvers/solvers/beam.ts'
import direct from '@whetstone/solvers/solvers/direct.ts'
import { defineCommand } from '../../command.ts'
import { recipeFlags, resolveRecipe } from '../../recipe/resolve-recipe.ts'
import { studyOf } from '../../recipe/study-of.ts'

const named = ['climb', ...Object.keys(methods)]

export default defineCommand({
  about:
    'published self-training recipes without gate and memory, at so many generated tokens a round; climb: small rounds up the levels until one is solved',
  flags: {
    ...recipeFlags,
    recipe: { type: 'string', default: 'chains', about: 'whose model, first taskset and backend are used' },
    method: { type: 'string', default: 'climb', choices: named, about: 'which recipe' },
    rounds: { type: 'number', min: 1, max: 1000, about: 'rounds (climb: at most so many, 24 where absent; else 3)' },
    tokens: { type: 'number', min: 1000, default: 100_000, about: "that a round's attempts may generate" },
    levels: { type: 'number', min: 1, default: 7, about: 'train tasks are drawn from levels 1 to this' },
    to: { type: 'number', min: 1, default: 10, about: 'climb: ends when this level is solved at 90%, and those below it at 95%' },
    search: { type: 'boolean', about: 'climb: attempts by step search instead of greedily' },
    each: { type: 'number', min: 10, default: 200, about: 'validation tasks a level' },
    prompts: { type: 'string', default: 'chains-1', about: "a file of the solvers' prompts" },
    run: { type: 'string', about: 'name of the folder below reports/ (default: self-train-METHOD-SEED)' },
  },
  examples: [
    'npx nx run loops:self-train',
    'npx nx run loops:self-train --method=climb --to=30 --rounds=60',
    ...Object.keys(methods).map((method) => `npx nx run loops:self-train --method=${method} --seed=2`),
  ],
  async run(flags, signal) {
    const { recipe, base } = await resolveRecipe({ ...flags, endpoint: [] })
    await ensureTools(['llama-sample', 'llama-train'])
    const run = checkRunName(flags.run ?? `self-train-${flags.method}-${recipe.settings.seed}`)
    const study = studyOf(recipe, base, { name: run, folder: paths.checkpoints(run), threads: flags.threads, signal })
    const file = join(paths.reports(run), 'self-train.json')
    const levels = Array.from({ length: flags.levels }, (_, i) => i + 1)
    if (flags.method === 'climb') {
      const solver = flags.search ? beam({ prompts: flags.prompts, samples: 4 }) : direct()
      const settings = {
        ...climbDefaults,
        goal: { level: flags.to, rate: 0.9, kept: 0.95 },
        solver,
        temperature: flags.search ? 1 : 0,
        measure: flags.each,
      }
      const roomy = await makeRoom(study, flags.to + settings.window)
      if (roomy.context > study.context || roomy.sampling.maxTokens > study.sampling.maxTokens)
        console.log(
          `room for level ${flags.to + settings.window}: ${roomy.sampling.maxTokens} tokens an answer in place of ${study.sampling.maxTokens}, a context of ${roomy.context} in place of ${study.context}`,
        )
      const rounds = await climb(
        roomy,
        { ...settings, mostRounds: flags.rounds ?? settings.mostRounds },
        ({ round, seconds, frontier, tokens, rows, rates }) =>
          console.log(`round ${round}  ${duration(seconds)}  frontier ${frontier}  ${tokens} tokens  ${rows} rows  ${show(rates)}`),
      )
      writeJson(file, rounds)
    } else {
      const how = methods[flags.method]!
      console.log(how.about)
      const measure = { levels: [...levels, flags.levels + 1, flags.levels + 2], each: flags.each }
      const training = {
        method: flags.method,
        how,
        prompts: flags.prompts,
        rounds: flags.rounds ?? 3,
        levels,
        tokens: flags.tokens,
        measure,
      }
      const rounds = await selfTrain(study, training, ({ round, tokens, attempts, passed, rows, seconds, rates }) =>
        console.log(
          `round ${round}  ${duration(seconds.attempt + seconds.train)}  ${tokens} tokens  ${passed} of ${attempts} passed  ${rows} rows  ${show(rates)}`,
        ),
      )
      writeJson(file, rounds)
    }
    console.log(`rounds ${relative(dataRoot, file)}`)
  },
})

const show = (rates: readonly LevelRate[]) =>
  rates.map(({ level, n, passed }) => `${level}:${n === 0 ? '-' : Math.round((100 * passed) / n)}`).join(' ')
