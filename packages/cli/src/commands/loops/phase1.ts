import { relative } from 'node:path'
import { BadInput, dataRoot } from '@whetstone/core'
import { showPhase1, writePhase1 } from '@whetstone/reports/write-phase1.ts'
import { ensureTools } from '@whetstone/native'
import { defineCommand } from '../../command.ts'
import { checkRunName } from '@whetstone/runs'
import { shares, type Share } from '@whetstone/studies/phase1/phase1-bank.ts'
import { phase1 } from '@whetstone/studies/phase1/phase1.ts'
import { recipeFlags, resolveRecipe } from '../../recipe/resolve-recipe.ts'

export default defineCommand({
  about: 'does memory help a frozen model? Baseline, memory, and random memories of the same length on the same test tasks and seeds',
  flags: {
    ...recipeFlags,
    'eval-samples': {
      type: 'number',
      min: 1,
      max: 10000,
      about: "attempts at each test task (default 4, at the recipe's temperature; 1: greedy)",
    },
    run: { type: 'string', about: "the run's name (default: the recipe's)" },
    tasks: { type: 'number', min: 1, about: "test tasks, of each level (default: as many as the recipe's validation tasks)" },
    'top-k': { type: 'number', min: 1, about: "memories shown at once (default: the recipe's)" },
    'bank-sizes': { type: 'string', default: '1/8,1/4,1/2,all', about: 'shares of the bank on the scaling curve' },
    'bank-from': { type: 'string', about: "taskset of the recipe that the bank is learned from (default: the recipe's first)" },
    'test-on': { type: 'string', about: 'taskset of the recipe that it is tested on (default: the same); another one measures transfer' },
    redo: { type: 'boolean', about: 'do everything again, though attempts are there' },
  },
  examples: [
    'npx nx run loops:phase1',
    'npx nx run loops:phase1 --seed=2 --run=second',
    'npx nx run loops:phase1 --recipe=math-phase1 --eval-samples=4',
    'npx nx run loops:phase1 --recipe=math-phase1 --bank-from=math-algebra --test-on=math-geometry',
    'npx nx run loops:phase1 --recipe=gsm8k --endpoint=http://127.0.0.1:8080 --limit=100 --tasks=200',
  ],
  async run(flags, signal) {
    const sizes = flags['bank-sizes'].split(',').map((size) => size.trim())
    const unknown = sizes.find((size) => !(shares as readonly string[]).includes(size))
    if (unknown !== undefined) throw new BadInput(`--bank-sizes has no "${unknown}". Sizes: ${shares.join(', ')}`)
    const resolved = await resolveRecipe(flags)
    const { base, roles } = resolved
    // Several samples a task steady its mean: phase 1 has one fixed test set and one look at it.
    const recipe = { ...resolved.recipe, settings: { ...resolved.recipe.settings, evalSamples: flags['eval-samples'] ?? 4 } }
    if (base.path !== null) await ensureTools([...(recipe.backend.tools ?? [])])
    await phase1({
      recipe,
      base,
      roles,
      signal,
      sizes: sizes as Share[],
      redo: flags.redo,
      run: checkRunName(flags.run ?? recipe.name),
      report: async (result) => {
        await writePhase1(result)
        console.log(showPhase1(result.summary, relative(dataRoot, result.folder)))
      },
      tasks: flags.tasks === undefined ? flags.limit : Math.min(flags.tasks, flags.limit ?? Infinity),
      k: flags['top-k'],
      bankFrom: flags['bank-from'],
      testOn: flags['test-on'],
      threads: flags.threads,
    })
  },
})
