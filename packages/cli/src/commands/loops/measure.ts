import { BadInput, rate, readJson } from '@whetstone/core'
import { measurePolicy, testTasks } from '@whetstone/attempts/measure-policy.ts'
import { ensureTools } from '@whetstone/native'
import { checkRunName, Incumbent, readRun, roundFiles, roundNumbers } from '@whetstone/runs'
import { defineCommand } from '../../command.ts'
import { recipeFlags, resolveRecipe } from '../../recipe/resolve-recipe.ts'
import { writeResult } from '../../write-result.ts'

export default defineCommand({
  about:
    'what a run serves, on test tasks that no gate and no training has seen: by level, after any of its rounds, with its bank or without',
  flags: {
    ...recipeFlags,
    recipe: { type: 'string', about: "the run's recipe, where settings differ from its own (default: the run's)" },
    run: { type: 'string', about: "the run's name (default: the recipe's)" },
    round: { type: 'number', min: 0, max: 999, about: 'what was served after this round (default: the last; 0: what the run began with)' },
    top: {
      type: 'number',
      min: 1,
      max: 1000,
      about: 'the highest level of climbed courses (default: the frontier that the recipe begins with)',
    },
    tasks: { type: 'number', min: 1, max: 100000, default: 400, about: 'test tasks a level' },
    memory: {
      type: 'string',
      choices: ['served', 'off'],
      default: 'served',
      about: 'off: the bank is not opened, as if it had been deleted',
    },
    json: { type: 'json', about: 'write the figures to this file as JSON' },
  },
  examples: [
    'npx nx run loops:measure --run=ladder --top=12',
    'npx nx run loops:measure --run=consolidate --memory=off',
    'npx nx run loops:measure --run=ladder --round=0 --top=12',
  ],
  async run(flags, signal) {
    const run = checkRunName(flags.run ?? flags.recipe ?? 'tiny')
    const record = readRun(run)
    if (!record) throw new BadInput(`There is no run ${run}: begin it with npx nx run loops:cycle --run=${run}`)
    const { recipe: set, roles } = await resolveRecipe({ ...flags, recipe: flags.recipe ?? record.recipe, endpoint: [] })
    const recipe = { ...set, settings: { ...set.settings, seed: record.seed } }
    const last =
      roundNumbers(run)
        .filter((number) => readServed(run, number) !== null)
        .at(-1) ?? 0
    const round = flags.round ?? last
    const served = readServed(run, round)
    if (!served) throw new BadInput(`Run ${run} has finished ${last} rounds: there is nothing that it served after round ${round}`)
    if (served.model.path !== null) await ensureTools(['llama-sample'], { signal })
    const memory = flags.memory === 'served' && recipe.memory?.deploy === true
    const bank = memory ? served.bank : null
    const groups = await testTasks(recipe, { limit: flags.tasks, top: flags.top, seed: record.seed })
    const name = `round-${String(round).padStart(3, '0')}-${memory ? 'on' : 'off'}-${flags.top ?? 'own'}-${flags.tasks}`
    const evaluations = await measurePolicy(
      { model: served.model, bank },
      { recipe, roles, run, groups, name, threads: flags.threads, signal },
    )
    console.log(`${run} after round ${round}, ${memory ? `with bank ${bank}` : 'no memory'}: test tasks, passed with 95% intervals`)
    for (const { taskset, level, n, passRate, ci } of evaluations)
      console.log(
        `  ${`${taskset} ${level}`.padEnd(16)} ${String(n).padStart(5)}  ${rate(passRate).padStart(6)} [${rate(ci[0])}, ${rate(ci[1])}]`,
      )
    writeResult(
      flags.json,
      evaluations.map(({ outcomes: _, ...rest }) => rest),
    )
  },
})

function readServed(run: string, round: number) {
  try {
    return readJson(roundFiles(run, round).served, Incumbent)
  } catch {
    return null
  }
}
