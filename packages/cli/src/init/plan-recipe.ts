import { existsSync, statSync } from 'node:fs'
import { freemem } from 'node:os'
import { delimiter, isAbsolute, join, relative, sep } from 'node:path'
import { BadInput, paths, root, type Model, type Task } from '@whetstone/core'
import { sayUnread } from '@whetstone/attempts/check-readable.ts'
import { describeEndpoint, describeGguf, ownCharacters, unreadable } from '@whetstone/inference'
import openai from '@whetstone/inference/backends/openai.ts'
import { Settings } from '@whetstone/recipe/recipe.ts'
import gate from '@whetstone/gates/gates/gate.ts'
import { readProbes, readRecords, readTable, type Beside, type Columns, type Encoding } from '@whetstone/tasks'
import { describeJudge, type JudgeNamed } from '../grade/open-judge.ts'
import { modelFile } from '../recipe/resolve-recipe.ts'
import type { RecipeAnswers } from '../recipe/write-recipe.ts'
import { chooseSize, fewestTasks, type Size } from './choose-size.ts'
import { guessColumns } from './guess-columns.ts'
import { golds100, guessGrader } from './guess-grader.ts'
import { guessLevel } from './guess-level.ts'
import { perLevel } from './per-level.ts'

/** What somebody who begins has said; the rest is guessed. */
export type Wanted = {
  name: string
  model: string | undefined
  endpoint: string | undefined
  endpointModel: string | undefined
  data: string
  question: string | undefined
  answer: string | undefined
  /** Column of levels; `none` for none. */
  level?: string | undefined
  encoding?: Encoding | undefined
  grader: string | undefined
  instruction: string | undefined
  /** Who judges, where the grader is judge; what it goes by, and what it is measured by. */
  judge?: JudgeNamed
  rubric?: string
  probe?: string
  minutes: number
}
export type Planned = {
  answers: RecipeAnswers
  columns: Columns
  /** What a question is asked with. */
  beside: Beside
  /** How columns and grader were found, and what the table holds. */
  columnsWhy: string
  graderWhy: string
  /** The column of levels, in words, and the columns that could be one in its place. */
  levelWhy: string | null
  others: string[]
  /** The model can read none of the questions: loops:cycle will refuse such a round. */
  unreadable: boolean
  found: string
  shown: { question: string; answer: string }[]
  splits: { train: number; validation: number; test: number }
  size: Size
  /** What to know before a round. */
  warnings: string[]
}

/** Rows shown. */
const few = 3

/** Looks at model and tasks and works out a recipe: columns, grader, each gold graded once, what fits the minutes at hand. What cannot work is refused in words. */
export async function planRecipe(wanted: Wanted): Promise<Planned> {
  const { data: file } = wanted
  const { rows, found } = await readRecords(file, { encoding: wanted.encoding })
  if (rows.length === 0) throw new BadInput(`${file} holds no rows: it needs a question and an answer in each`)
  const { columns, why: columnsWhy } = guessColumns(rows, { question: wanted.question, answer: wanted.answer }, file)
  const picked = { question: columns.question, answer: columns.answer }
  const first = await readTable({ file, name: wanted.name, columns: picked, encoding: wanted.encoding, grader: 'choice' })
  const { level, why: levelWhy, others } = guessLevel(first.others, wanted.level)
  const options = { file, name: wanted.name, columns: { ...picked, ...(level !== undefined && { level }) }, encoding: wanted.encoding }
  const chosen = level === undefined ? first : await readTable({ ...options, grader: 'choice' })
  const { beside } = chosen
  // where choices stand beside the question, its answers are their letters
  const { tasks } = beside.choices ? chosen : await readTable({ ...options, grader: 'exact' })
  const guess = await guessGrader(options, tasks)
  const judge = wanted.judge && (await describeJudge(wanted.judge))
  const grader = wanted.grader ?? (judge ? 'judge' : guess.grader)
  if ((grader === 'judge') !== Boolean(judge))
    throw new BadInput(
      judge
        ? `--grader=${grader} asks no model, and a judge is named: leave --grader or the judge out`
        : '--grader=judge asks a model: name it with --judge=MODEL.gguf or --judge-endpoint=http://…',
    )
  if (!judge && (wanted.rubric ?? wanted.probe) !== undefined)
    throw new BadInput('--rubric and --probe belong to a judge: name it with --judge=MODEL.gguf')
  if (wanted.probe !== undefined) await readProbes(wanted.probe)
  // What a judge makes of golds is seen by its probe, when a round begins.
  const { wrong, graded } = judge ? { wrong: [], graded: tasks.length } : await golds100(options, grader)
  if (wrong.length > 0)
    throw new BadInput(
      graded === 0
        ? `--grader=${grader}: ${wrong[0]?.reason}`
        : `${wrong.length} of ${graded} answers of ${file} are not passed by the grader ${grader} themselves (${wrong[0]?.task}: ${JSON.stringify(wrong[0]?.gold)}: ${wrong[0]?.reason}): name another with --grader`,
    )
  const splits = { train: 0, validation: 0, test: 0 }
  for (const { split } of tasks) splits[split]++
  const alpha = gate().level([])
  refuseSmall(file, tasks.length, splits, alpha)
  const model = await lookAtModel(wanted)
  const contextLength = Number(model.metadata['contextLength'] ?? Infinity)
  const longest = Math.max(...tasks.map(({ prompt }) => prompt.length))
  const simple = model.path !== null && ownCharacters(model.path) !== null
  const longestGold = Math.max(...tasks.map(({ reference }) => reference.length))
  const maxTokens = simple ? 2 * longestGold + 8 : grader === guess.grader ? guess.maxTokens : 512
  // three characters a token is few for English and many for other scripts; strategies want room beside the question
  const needed = Math.ceil(longest / 3) + maxTokens + 512
  const context = Math.min(contextLength, Math.max(1024, 2 ** Math.ceil(Math.log2(needed))))
  const size = chooseSize({
    train: splits.train,
    validation: splits.validation,
    minutes: wanted.minutes,
    parameters: model.parameters,
    tokens: Math.min(maxTokens, 256) / 2,
    alpha,
  })
  const levels = new Set(tasks.map(({ level: number }) => number)).size
  const warnings: string[] = []
  const unread = unreadable(
    model.path,
    tasks.slice(0, 200).map(({ prompt }) => prompt),
  )
  if (unread)
    warnings.push(
      `${sayUnread(model.name, unread)}${unread.prompts === unread.of ? ': nothing could be answered, so loops:cycle refuses such a round (a smoke round is done, to see that the rest works). Name another with --model' : ''}`,
    )
  const single = tasks.filter(({ reference }) => /^\(?[A-Ja-j]\)?[.):]?$/.test(reference)).length
  if (!judge && grader !== 'choice' && single > 0.9 * tasks.length)
    warnings.push(
      'the answers are single letters, but no choices are shown with the questions: a model cannot know which letter is meant. Put the choices into a column named choices or options (a list, `A) one | B) two`), or into columns A, B, C, D',
    )
  warnings.push(...lackingHere(model, wanted.endpoint === undefined))
  if (needed > contextLength)
    warnings.push(
      `the longest question needs about ${needed} tokens with its answer, and the model holds ${contextLength}: such prompts fail as "context"`,
    )
  if (size.minutes > 1.2 * wanted.minutes)
    warnings.push(`even the smallest round takes about ${Math.ceil(size.minutes)} minutes here, more than the ${wanted.minutes} at hand`)
  if (size.detectable >= 1)
    warnings.push(
      `in ${wanted.minutes} minutes only ${size.validation} validation tasks fit, with which no gain can be shown: give it more --minutes`,
    )
  return {
    answers: {
      name: wanted.name,
      model: wanted.model === undefined ? null : inRepository(wanted.model),
      endpoint: wanted.endpoint === undefined ? null : { url: wanted.endpoint, model: wanted.endpointModel },
      tasks: {
        kind: 'table',
        file: inRepository(file),
        grader,
        instruction: wanted.instruction ?? (simple ? '' : grader === guess.grader ? guess.instruction : 'Answer the question.'),
        columns: options.columns,
        ...(wanted.rubric !== undefined && { rubric: wanted.rubric }),
        ...(wanted.probe !== undefined && { probe: inRepository(wanted.probe) }),
        ...(wanted.encoding && { encoding: wanted.encoding }),
      },
      train: perLevel(sizesOf(tasks, 'train'), size.train),
      samples: size.samples,
      validation: perLevel(sizesOf(tasks, 'validation'), size.validation),
      maxTokens: Math.min(maxTokens, Math.max(16, Math.floor(context / 2))),
      context,
      trains: wanted.endpoint === undefined,
      ...(judge && { judge: judgeAnswer(wanted.judge as JudgeNamed) }),
      ...(simple && { simple }),
      // as many in all as of a table without levels
      ...(levels > 1 && { watched: Math.max(4, Math.ceil(Settings.parse({}).probe.tasks / levels)) }),
    },
    columns,
    beside,
    columnsWhy,
    graderWhy: judge
      ? `${judge.name} judges${wanted.rubric === undefined ? '' : ' by your rubric'}`
      : wanted.grader === undefined
        ? guess.why
        : 'as you named it',
    levelWhy,
    others,
    unreadable: unread !== null && unread.prompts === unread.of,
    found,
    shown: tasks.slice(0, few).map(({ prompt, reference }) => ({ question: prompt, answer: reference })),
    splits,
    size,
    warnings,
  }
}

/** Tasks of each level in a split. */
const sizesOf = (tasks: readonly Task[], split: Task['split']) =>
  [
    ...Map.groupBy(
      tasks.filter((task) => task.split === split),
      ({ level }) => level,
    ).values(),
  ].map((own) => own.length)

/** What this machine lacks for the model: memory, or a compiler for tools that are not built yet. */
function lackingHere({ path, parameters }: Model, trains: boolean): string[] {
  if (path === null) return []
  const bytes = statSync(path).size
  const wanted = bytes + (trains ? (parameters !== null && parameters < 100e6 ? 16 * parameters : 0.4 * bytes) : 0)
  const gigabytes = (of: number) => `${(of / 2 ** 30).toFixed(1)} GB`
  const built = existsSync(paths.tool('llama-sample')) && (!trains || existsSync(paths.tool('llama-train')))
  return [
    ...(wanted > freemem() ? [`a round needs about ${gigabytes(wanted)} of memory, and ${gigabytes(freemem())} are free here`] : []),
    ...(built || ['c++', 'g++', 'clang++'].some(onPath)
      ? []
      : [
          'the native tools are not built, and there is no C++ compiler to build them (apt-get install g++; npx nx run loops:doctor says more)',
        ]),
  ]
}
const onPath = (program: string) => (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)))

function refuseSmall(file: string, questions: number, splits: Planned['splits'], alpha: number): void {
  const fewest = fewestTasks(alpha)
  if (splits.validation >= fewest && splits.train > 0) return
  throw new BadInput(
    `${file} has ${questions} questions, ${splits.validation} of them for validation (20%, or by a column "split"). With fewer than ${fewest} validation tasks no gain can ever be shown, however large: bring at least ${Math.ceil(fewest / 0.2)} questions, some hundreds for gains of 10 points`,
  )
}

const judgeAnswer = ({ model, endpoint, endpointModel }: JudgeNamed): NonNullable<RecipeAnswers['judge']> =>
  endpoint === undefined ? { model: inRepository(model as string) } : { url: endpoint, model: endpointModel }

/** A path as a recipe holds it: relative inside the repository, so that a checkout may be moved. */
function inRepository(path: string): string {
  return isAbsolute(path) && path.startsWith(root + sep) ? relative(root, path) : path
}

/** The model, opened as far as its header; an endpoint is asked a question, so that a wrong key is found now. */
async function lookAtModel({ model, endpoint, endpointModel }: Wanted): Promise<Model> {
  if (endpoint === undefined) {
    if (model === undefined)
      throw new BadInput('Name a model: --model=FILE.gguf, models/<name> or hf:owner/repo/file.gguf; or --endpoint=http://…')
    return describeGguf(modelFile(model))
  }
  const described = await describeEndpoint({ url: endpoint, model: endpointModel })
  await using opened = await openai({ url: endpoint, model: endpointModel }).open(described, { concurrency: 1 })
  for await (const reply of opened.generate([
    { id: 'test', messages: [{ role: 'user', content: 'Say: ready' }], seed: 1, sampling: { maxTokens: 16, temperature: 0 } },
  ]))
    if ('fault' in reply) throw new BadInput(`${endpoint} lists its models but answers a test call with: ${reply.fault}`)
  return described
}
