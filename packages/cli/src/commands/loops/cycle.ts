import { visibleText } from '@whetstone/core'
import { defineCommand } from '../../command.ts'
import { writeResult } from '../../write-result.ts'
import { cycle } from '@whetstone/loop/round/cycle.ts'
import { checkRunName, runFiles, stepNames } from '@whetstone/runs'
import { findRecipe } from '@whetstone/recipe/load-recipe.ts'
import type { Recipe } from '@whetstone/recipe/recipe.ts'
import { recipeFlags, resolveRecipe } from '../../recipe/resolve-recipe.ts'
import { ensureTools } from '@whetstone/native'
import { takesImportance } from '@whetstone/training'
import { hookNames, loadHooks, tellHooks } from '@whetstone/reports/run-hooks.ts'
import { showPrompts } from '@whetstone/reports/show-prompts.ts'
import { reportRound, roundScreen } from '@whetstone/reports/report-round.ts'

export default defineCommand({
  about:
    'one round of improvement: attempt, grade, remember, harvest, train, measure against the incumbent, promote only what a paired test says is better',
  flags: {
    ...recipeFlags,
    run: { type: 'string', about: "the run's name (default: the recipe's)" },
    rounds: { type: 'number', min: 1, max: 1000, default: 1, about: 'rounds to do, the open one counted' },
    'until-round': { type: 'number', min: 1, max: 999, about: 'go on until this round is done; does nothing where it is' },
    'redo-from': { type: 'string', choices: stepNames, about: 'do this step of the open round and all that follow again' },
    'retry-quarantined': { type: 'boolean', about: 'attempt once more what lies aside because its answer could not be worked on' },
    'show-prompts': { type: 'boolean', about: 'with each finished round the exact prompts, as rendered, with what they were sampled with' },
    hook: {
      type: 'list',
      about: `tell another program of each finished round: ${hookNames().join(', ')} (docs/hooks.md); one that fails never stops the run`,
    },
    json: { type: 'json', about: 'write the finished rounds to this file as JSON' },
  },
  examples: [
    'npx nx run loops:cycle',
    'npx nx run loops:cycle --rounds=3',
    'npx nx run loops:cycle --run=second --seed=2 --until-round=1',
    'npx nx run loops:cycle --recipe=gsm8k --model=models/qwen3-1.7b/Qwen3-1.7B-Q8_0.gguf',
    'npx nx run loops:cycle --recipe=gsm8k --endpoint=http://127.0.0.1:8080 --limit=20',
  ],
  async run(flags, signal) {
    const hooks = await loadHooks(flags.hook)
    findRecipe(flags.recipe)
    const run = checkRunName(flags.run ?? flags.recipe)
    const { recipe, base, roles } = await resolveRecipe(flags, { ledger: runFiles(run).spending })
    if (base.path !== null) await ensureTools(toolsOf(recipe), { signal })
    const rounds = await cycle({
      recipe,
      base,
      roles,
      signal,
      run,
      until: flags['until-round'] === undefined ? { rounds: flags.rounds } : { round: flags['until-round'] },
      seedGiven: flags.seed !== undefined,
      report: async (round) => {
        await reportRound(round)
        await tellHooks(hooks, round)
        if (flags['show-prompts']) process.stderr.write(`${visibleText(await showPrompts(round.run, round.round))}\n`)
      },
      finished: (round) => console.log(roundScreen(round)),
      print: (text) => console.log(text),
      redoFrom: flags['redo-from'],
      retryQuarantined: flags['retry-quarantined'],
      threads: flags.threads,
    })
    writeResult(flags.json, rounds)
  },
})

/** The native tools that a recipe's round calls. */
const toolsOf = ({ backend, harvest, trainer, serve, publish }: Recipe) => {
  const types = [publish, typeof serve === 'object' && 'quantize' in serve ? serve.quantize : undefined].filter(
    (type) => type !== undefined,
  )
  return [
    ...(backend.tools ?? []).filter((tool) => tool !== 'llama-score' || harvest.some(({ needsLikelihood }) => needsLikelihood)),
    ...(trainer ? [...trainer.tools, 'llama-score'] : []),
    ...(trainer && (serve === 'merged' || types.length > 0) ? ['llama-export-lora', 'llama-quantize'] : []),
    ...(trainer && types.some(takesImportance) ? ['llama-imatrix'] : []),
  ]
}
