import { existsSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { BadInput, describeUse, hash, paths, range, rate, readRows, root, taskHash, Trace, writeRows, type Split } from '@whetstone/core'
import { collect, summarizeAttempts } from '@whetstone/evaluation'
import { finalAnswer } from '@whetstone/harvest'
import { attemptPolicy } from '@whetstone/recipe/attempt-policy.ts'
import { modelsOf } from '@whetstone/recipe/models-of.ts'
import { checkRoles } from '@whetstone/recipe'
import { showMemories } from '@whetstone/attempts/show-memories.ts'
import { ensureTools } from '@whetstone/native'
import { tableGraders } from '@whetstone/tasks'
import { readQuestions } from '../../attempt/read-questions.ts'
import { defineCommand } from '../../command.ts'
import { recipeFlags, resolveRecipe } from '../../recipe/resolve-recipe.ts'
import { candidateOf } from '../../train/candidate-of.ts'
import { writeResult } from '../../write-result.ts'

const { samples: _samples, 'eval-samples': _evalSamples, concurrency: _concurrency, ...shared } = recipeFlags

export default defineCommand({
  about:
    "attempts a file of questions, or a recipe's tasks, with any model and solver, without a round; graded where there are gold answers",
  flags: {
    ...shared,
    data: { type: 'file', about: "questions: any table (CSV, JSON, JSONL, Parquet); without it the recipe's own tasks" },
    question: { type: 'string', about: 'column of the question, a.b for a nested field (default: found by name)' },
    answer: { type: 'string', about: 'column of the gold answer (default: found by name; without one nothing is graded)' },
    grader: { type: 'string', choices: tableGraders, default: 'exact', about: "how a file's answers are compared" },
    instruction: { type: 'string', about: 'the system message of a file of questions' },
    reuse: { type: 'file', about: "an earlier run's traces, whose answers --solver=summarize goes on from" },
    split: {
      type: 'string',
      choices: ['train', 'validation', 'test'],
      default: 'validation',
      about: "which of the recipe's tasks; solvers may see grades on train only",
    },
    levels: { type: 'string', about: "levels of the recipe's climbed courses, e.g. 4,5 (default: up to the first frontier)" },
    n: { type: 'number', min: 1, max: 100_000, default: 1, about: 'attempts at each question' },
    temperature: { type: 'number', min: 0, max: 10, whole: false, about: "of sampling (default: 0 for one attempt, else the recipe's)" },
    'top-p': { type: 'number', min: 0, max: 1, whole: false, about: "least mass of tokens that are drawn from (default: the recipe's)" },
    batch: { type: 'number', min: 1, max: 4096, about: 'sequences decoded at once' },
    out: { type: 'output', about: 'the traces, JSONL (default: beside where they are collected, datasets/attempts/)' },
    force: { type: 'boolean', about: 'overwrite --out' },
    json: { type: 'json', about: 'write the figures to this file as JSON' },
  },
  examples: [
    'npx nx run loops:attempt --data=questions.csv --model=models/qwen3-0.6b --n=4 --temperature=0.7 --out=answers.jsonl',
    'npx nx run loops:attempt --recipe=tiny --levels=5 --solver=best-of-n --set solver.n=8 --set solver.by=vote --temperature=0.7',
    'npx nx run loops:attempt --recipe=r3 --solver=beam --limit=100',
    'npx nx run loops:attempt --data=questions.jsonl --endpoint=http://127.0.0.1:8080 --out=answers.jsonl',
  ],
  async run(
    { data, reuse, question, answer, grader, instruction, split, levels, n, temperature, 'top-p': topP, batch, out, force, json, ...flags },
    signal,
  ) {
    if (out !== undefined && existsSync(out) && !force)
      throw new BadInput(`${out} exists: give another --out, or overwrite it with --force`)
    if (reuse !== undefined && flags.solver !== 'summarize')
      throw new BadInput(`--reuse=${reuse}: earlier reasoning is gone on from by --solver=summarize alone: add it`)
    const set = [...(flags.set ?? []), ...(reuse === undefined ? [] : [`solver.reuse=${reuse}`])]
    const unset = { samples: undefined, 'eval-samples': undefined, concurrency: batch, set }
    const model = flags.model === undefined || flags.endpoint.length > 0 ? null : await candidateOf(flags.model, '--model')
    const resolved = await resolveRecipe({ ...flags, ...unset, data: undefined, model: model ? (model.path ?? undefined) : flags.model })
    const { roles } = resolved
    const base = model ?? resolved.base
    const asked = data === undefined ? null : await readQuestions(data, { columns: { question, answer }, grader, instruction })
    const narrowed = asked ? { ...resolved.recipe, courses: [{ taskset: asked.taskset, train: 1, validation: 1 }] } : resolved.recipe
    const sampling = {
      ...narrowed.sampling,
      temperature: temperature ?? (n === 1 ? 0 : narrowed.sampling.temperature),
      topP: topP ?? narrowed.sampling.topP,
    }
    const recipe = checkRoles({ ...narrowed, sampling })
    const { seed } = recipe.settings
    const wanted = levels?.split(',').map(Number)
    const groups = asked
      ? [asked.tasks.slice(0, flags.limit)]
      : await Promise.all(
          recipe.courses.map(({ taskset, validation, train, levels: climbed }) =>
            taskset.load({
              ...{ split: split as Split, seed, round: 1, limit: split === 'train' ? train : validation },
              levels: climbed && (wanted ?? range(climbed.from, climbed.frontier)),
            }),
          ),
        )
    const tasks = groups.flat()
    if (tasks.length === 0)
      throw new BadInput(
        `There is nothing to attempt: ${asked ? data : `recipe ${recipe.name} has no ${split} tasks${levels ? ` of level ${levels}` : ''}`}`,
      )
    if (base.path !== null) await ensureTools([...(recipe.backend.tools ?? []).filter((tool) => tool !== 'llama-score')], { signal })
    const train = !asked && split === 'train'
    const models = modelsOf(recipe, roles, { signal, threads: flags.threads })
    const policy = attemptPolicy(recipe, models, { role: 'incumbent', model: base, train })
    const { budget, chunk, context } = recipe.settings
    // All that changes a trace: another call that differs in any of it may not be given these.
    const name = hash([
      base.id,
      tasks.map(taskHash),
      n,
      sampling,
      seed,
      describeUse(recipe.solver),
      { budget, chunk, context },
      train,
    ]).slice(0, 12)
    const file = join(paths.datasets('attempts'), `${name}.jsonl`)
    const { traces, faults } = await collect({
      ...{ run: 'attempts', round: 1, arm: 'attempt', policy: { model: base.id, bank: null }, seed, ...policy, sampling },
      groups: groups.map((some) => ({ tasks: some, samples: n })),
      show: showMemories(recipe, null, { seed, holdout: false, evaluation: !train }),
      ...{ file, label: 'attempts', signal },
    })
    if (out !== undefined) await writeRows(resolve(out), readRows(file, Trace))
    const all = await Array.fromAsync(traces)
    const summary = await summarizeAttempts(all, {
      seed,
      answerOf: ({ messages }) => finalAnswer(messages.at(-1)?.content ?? '', 'auto') || null,
    })
    const stopped = all.filter((trace) => trace.stopped !== undefined).length
    const graded = asked?.graded !== false
    writeResult(json, {
      model: { id: base.id, name: base.name },
      solver: recipe.solver.name,
      sampling,
      graded,
      faults,
      ...summary,
      stopped,
      file: out ?? file,
    })
    const shown = [
      `${base.name}, ${recipe.solver.name}: ${summary.attempts} attempts at ${summary.tasks} ${asked ? 'questions' : 'tasks'}, ${summary.tokens.completion} tokens, ${summary.truncated} cut short`,
      graded
        ? `  passed ${rate(summary.rate.rate)} [${rate(summary.rate.low)}, ${rate(summary.rate.high)}]${summary.atK
            .slice(1)
            .map(({ k, pass, majority }) => `; of ${k}: any ${rate(pass)}, majority ${rate(majority)}`)
            .join('')}`
        : '  not graded: the file has no column of answers',
      ...(stopped > 0
        ? [
            `  ${stopped} attempt${stopped === 1 ? '' : 's'} ended with the budget of ${budget} token${budget === 1 ? '' : 's'}, with the best answer so far`,
          ]
        : []),
      ...(faults.failed > 0 ? [`  ${faults.failed} attempts lost to the provider`] : []),
      `  ${relative(root, out ?? file)}`,
    ]
    console.log(shown.join('\n'))
  },
})
