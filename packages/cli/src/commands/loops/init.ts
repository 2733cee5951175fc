import { relative } from 'node:path'
import { join } from 'node:path'
import { BadInput, points, root, runTool } from '@whetstone/core'
import { wrap } from '@whetstone/reports/tables/wrap.ts'
import { runNames } from '@whetstone/runs'
import { encodings, tableGraders, type Encoding } from '@whetstone/tasks'
import { judgeFlags } from '../../grade/open-judge.ts'
import { defineCommand } from '../../command.ts'
import { ask, confirmed, templates, type Template } from '../../init/ask.ts'
import { planRecipe, type Planned } from '../../init/plan-recipe.ts'
import { refuseTaken, writeRecipe } from '../../recipe/write-recipe.ts'

export default defineCommand({
  about: 'asks for model and tasks (or takes flags), guesses columns, grader and size with reasons, and writes a recipe to loops/recipes',
  flags: {
    yes: { type: 'boolean', about: 'ask nothing: take what the flags say and guess the rest' },
    template: {
      type: 'string',
      choices: Object.keys(templates),
      about: `what it is about: ${Object.entries(templates)
        .map(([name, says]) => `${name} (${says})`)
        .join('; ')}`,
    },
    name: { type: 'string', about: 'name of the recipe (default: mine)' },
    model: { type: 'file', about: 'GGUF file, models/<name>, or hf:owner/repo/file.gguf (default: models/tiny)' },
    endpoint: {
      type: 'string',
      about: 'OpenAI-compatible address in place of a model; its key comes from OPENAI_API_KEY; it is asked one question',
    },
    'endpoint-model': { type: 'string', about: "the model's name there (default: the first it lists)" },
    data: { type: 'file', about: 'table of tasks: CSV, TSV, JSON, JSONL (plain or .gz) or Parquet' },
    question: { type: 'string', about: 'column of the question, a.b for a nested field (default: guessed)' },
    answer: { type: 'string', about: 'column of the answer (default: guessed)' },
    level: {
      type: 'string',
      about: 'column of difficulties or topics (numbers or names) by which accuracy is told; none for none (default: guessed by its name)',
    },
    encoding: { type: 'string', choices: encodings, about: 'how its characters are written, where it is not UTF-8 or UTF-16' },
    grader: { type: 'string', choices: [...tableGraders, 'judge'], about: 'how answers are compared (default: guessed)' },
    ...judgeFlags,
    rubric: { type: 'string', about: 'what a judge goes by (default: correct and complete, measured by the gold answer)' },
    instruction: { type: 'string', about: 'what is shown before each question (default: what suits the grader)' },
    minutes: { type: 'number', min: 1, max: 100_000, about: 'time at hand for a round, from which tasks and samples follow (default: 30)' },
    smoke: { type: 'boolean', about: 'do a round with a few tasks at once, to see that all of it works' },
  },
  examples: [
    'npx nx run loops:init',
    'npx nx run loops:init --yes --name=sums --data=tasks.csv --model=models/tiny --smoke',
    'npx nx run loops:init --yes --name=memory --data=tasks.csv --endpoint=http://127.0.0.1:8080',
    'npx nx run loops:init --yes --name=essays --data=essays.csv --judge=models/qwen3-4b --rubric="names both causes" --probe=known.csv',
    'npx nx run loops:init --yes --name=school --template=gsm8k --model=models/qwen3-1.7b/Qwen3-1.7B-Q8_0.gguf',
  ],
  async run(flags, signal) {
    const asking = !flags.yes && process.stdin.isTTY === true
    const template = (flags.template ??
      (flags.endpoint !== undefined ? 'endpoint' : flags.data !== undefined || !asking ? 'table' : undefined)) as Template | undefined
    const told = { template, name: flags.name, model: flags.model, endpoint: flags.endpoint, data: flags.data, minutes: flags.minutes }
    if (told.name !== undefined || !asking) refuseTaken(told.name ?? 'mine')
    const all = asking
      ? await ask(told)
      : {
          template: template ?? 'table',
          name: told.name ?? 'mine',
          model: told.model ?? 'models/tiny',
          endpoint: told.endpoint ?? '',
          data: told.data ?? '',
          minutes: told.minutes ?? 30,
        }
    refuseTaken(all.name)
    const remote = all.template === 'endpoint' || flags.endpoint !== undefined
    if (remote && all.endpoint === '') throw new BadInput('Name the endpoint: --endpoint=http://127.0.0.1:8080')
    const weights = remote
      ? { model: null, endpoint: { url: all.endpoint, model: flags['endpoint-model'] } }
      : { model: all.model, endpoint: null }
    if (all.template === 'gsm8k' || all.template === 'code') {
      const file = writeRecipe({
        name: all.name,
        ...weights,
        tasks: { kind: all.template === 'code' ? 'mbpp' : 'gsm8k' },
        train: all.template === 'code' ? 300 : 512,
        samples: 4,
        validation: all.template === 'code' ? 90 : 750,
        maxTokens: 1024,
        context: 4096,
        trains: !remote,
      })
      const data = all.template === 'code' ? 'mbpp' : 'gsm8k'
      console.log(
        `Wrote ${relative(root, file)}. Next:\n  npx nx run datasets:pull --dataset=${data}\n  npx nx run loops:cycle --recipe=${all.name} --limit=20`,
      )
      return
    }
    if (all.data === '') throw new BadInput('Name your tasks: --data=tasks.csv, a table with a question and an answer in each row')
    const planned = await planRecipe({
      name: all.name,
      model: remote ? undefined : all.model,
      endpoint: remote ? all.endpoint : undefined,
      endpointModel: flags['endpoint-model'],
      data: all.data,
      question: flags.question,
      answer: flags.answer,
      level: flags.level,
      encoding: flags.encoding as Encoding | undefined,
      grader: flags.grader,
      instruction: flags.instruction,
      judge: { model: flags.judge, endpoint: flags['judge-endpoint'], endpointModel: flags['judge-endpoint-model'] },
      rubric: flags.rubric,
      probe: flags.probe,
      minutes: all.minutes,
    })
    // a box has sides
    const says = describe(planned, all.minutes, asking ? 74 : 80)
    if (asking) {
      if (!(await confirmed(says))) return
    } else console.log(says)
    const file = writeRecipe(planned.answers)
    console.log(`\nWrote ${relative(root, file)}. Next:\n${nextSteps(all.name, planned, flags.smoke)}`)
    if (flags.smoke) await smoke(all.name, signal)
  },
})

/** What is asked beside the question's own column. */
function askedWith({ context, input, choices }: Planned['beside']): string {
  const parts = [context, input, typeof choices === 'string' ? choices : choices?.join(', ')].filter(Boolean)
  return parts.length > 0 ? `; asked with what stands in ${parts.join(', ')}` : ''
}

function describe(
  { answers, columns, beside, columnsWhy, graderWhy, levelWhy, others, found, shown, splits, size, warnings }: Planned,
  minutes: number,
  width: number,
): string {
  const { tasks } = answers
  const fit = (sentence: string) => wrap(sentence, '', width)
  const clip = (words: string) => JSON.stringify(words.length > 60 ? `${words.slice(0, 59)}…` : words)
  return [
    `tasks     ${found}; ${splits.train} train, ${splits.validation} validation, ${splits.test} test`,
    fit(`columns   question: ${columns.question}, answer: ${columns.answer} (${columnsWhy})${askedWith(beside)}`),
    ...shown.map(({ question, answer }) => `          ${clip(question)} -> ${clip(answer)}`),
    ...(levelWhy === null ? [] : [fit(`level     ${levelWhy}`)]),
    ...(others.length === 0
      ? []
      : [
          fit(
            `others    ${others.slice(0, 4).join('; ')} (accuracy by one of them: remove the recipe and say this again with --level=NAME)`,
          ),
        ]),
    fit(
      `grader    ${tasks.kind === 'table' ? tasks.grader : ''}: ${graderWhy}; ${answers.judge ? `a round begins by asking it about ${tasks.kind === 'table' && tasks.probe !== undefined ? 'your answers of known verdict' : 'gold answers and those of other questions'}, and says how far it agrees` : `it passes all ${splits.train + splits.validation + splits.test} golds`}`,
    ),
    fit(
      `a round   ${size.train} train tasks x ${size.samples}, ${size.validation} validation tasks: about ${Math.max(1, Math.round(size.minutes))} of ${minutes} minutes by a guess that the round's own probe corrects; it sees gains from ${size.detectable >= 1 ? 'none' : `${points(size.detectable)} points`} (80% power)`,
    ),
    `trainer   ${answers.trains ? 'llama-train: all weights below 100M parameters, else LoRA' : 'none: the weights are elsewhere; memory is measured'}`,
    ...warnings.map((warning) => fit(`warning   ${warning}`)),
  ].join('\n')
}

/** A round that can show something comes first; the few tasks of a smoke round cannot. */
function nextSteps(name: string, { size, answers, unreadable }: Planned, smoked: boolean): string {
  if (unreadable && !smoked)
    return [
      `  npx nx run loops:cycle --recipe=${name} --model=FILE.gguf`,
      wrap(
        'with a model that can read the tasks, or --endpoint=http://…: with the one in the recipe loops:cycle refuses the round',
        '    ',
      ),
    ].join('\n')
  const minutes = size.minutes < 1 ? 'under a minute' : `about ${Math.ceil(size.minutes)} minutes`
  const shows =
    size.detectable >= 1 ? 'and no gain can be seen with so few tasks' : `and gains from ${points(size.detectable)} points are seen`
  return [
    `  npx nx run loops:cycle --recipe=${name}`,
    wrap(
      `a whole round: ${minutes} of sampling by a guess${answers.trains ? ', and training' : ''}; its plan says it better, ${shows}`,
      '    ',
    ),
    ...(smoked
      ? []
      : [
          `  npx nx run loops:cycle --recipe=${name} --limit=12 --run=${name}-smoke`,
          wrap('first, if you like: some seconds with 12 tasks, to see that all of it works. It can show no gain', '    '),
        ]),
  ].join('\n')
}

async function smoke(name: string, signal: AbortSignal): Promise<void> {
  console.log('')
  const taken = new Set(runNames())
  // another recipe may have had this name
  const run = [`${name}-smoke`, ...Array.from({ length: 99 }, (_, i) => `${name}-smoke-${i + 2}`)].find((each) => !taken.has(each))
  const flags = [`--recipe=${name}`, `--run=${run}`, '--limit=12', '--samples=1']
  // it is there to see that all of it works
  const all = ['--set', 'settings.unreadable=attempt']
  try {
    const output = await runTool({
      file: process.execPath,
      args: [join(root, 'packages/cli/whetstone.mjs'), 'loops:cycle', ...flags, ...all],
      inheritStderr: true,
      signal,
    })
    console.log(output.trim())
  } catch (error) {
    if (signal.aborted) throw error
    throw new BadInput(
      `The smoke round did not come to its end: why stands above. The recipe is written; when that is mended: npx nx run loops:cycle ${flags.join(' ')}`,
    )
  }
}
