import type { TrainRequest } from '@whetstone/core'
import { exportDataset } from '@whetstone/datasets'
import { collect } from '@whetstone/evaluation'
import { toExample } from '@whetstone/harvest'
import { attemptPolicy } from '@whetstone/recipe/attempt-policy.ts'
import { openRun } from '@whetstone/runs'
import direct from '@whetstone/solvers/solvers/direct.ts'
import { frozenTrainTasks } from './frozen-train-tasks.ts'
import type { RoundContext } from './round-context.ts'
import { rowOptions } from './row-options.ts'
import { showMemories } from './show-memories.ts'
import { tallyTrain } from './tally-train.ts'

/**
 * Verification after a stage of the training: the tasks that this round solved, and so trained on, are attempted once more by the stage's model,
 * greedily, without teacher and memory. What passes is the model's own now and may be trained on.
 */
export function verifyTrained(context: RoundContext): NonNullable<TrainRequest['verify']> {
  const { recipe, run, round, seed, files, models, signal } = context
  return async (model, name) => {
    const reader = openRun(run).round(round)
    const solved = new Set<string>()
    for await (const { task, grade } of reader.traces.rows()) if (grade.passed) solved.add(task)
    const tasks = await frozenTrainTasks(reader, solved)
    const { traces: file, dataset: folder } = files.verify(name)
    // A prompt is what it was when the weights were trained: without what was recalled for it.
    const policy = attemptPolicy({ ...recipe, solver: direct() }, models, { role: 'candidate', model, train: false, logprobs: true })
    const { traces } = await collect({
      ...policy,
      run,
      round,
      arm: `verify-${name}`,
      policy: { model: model.id, bank: null },
      groups: [{ tasks, samples: 1 }],
      seed,
      sampling: { ...policy.sampling, temperature: 0 },
      show: showMemories(recipe, null, { seed, holdout: false, evaluation: true }),
      file,
      label: 'verification',
      signal,
    })
    const tally = tallyTrain(file)
    await tally.rates()
    const { attempted, passed, tokens } = tally.counts()
    const row = rowOptions(context)
    async function* examples() {
      for await (const trace of traces) if (trace.grade.passed) yield { row: toExample(trace, row), trace }
    }
    const createdAt = new Date().toISOString()
    const formats = recipe.formats.filter(({ kind }) => kind === 'sft')
    const dataset = passed > 0 ? await exportDataset({ run, round, folder, examples: examples(), pairs: [], formats, createdAt }) : null
    return { attempted, passed, tokens, dataset }
  }
}
