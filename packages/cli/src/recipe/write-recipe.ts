import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { BadInput, root, writeAtomic } from '@whetstone/core'

/** The task sets that a recipe can be written for. */
export type Tasks =
  | {
      kind: 'table'
      file: string
      grader: string
      instruction: string
      columns: { question: string; answer: string; level?: string }
      /** What a judge goes by, and the answers of known verdict by which it is measured itself. */
      rubric?: string
      probe?: string
      encoding?: string
    }
  | { kind: 'gsm8k' | 'mbpp' | 'humaneval'; from?: string }

export type RecipeAnswers = {
  name: string
  /** A GGUF file or a hub's address; null where the endpoint has the weights. */
  model: string | null
  endpoint: { url: string; model: string | undefined } | null
  tasks: Tasks
  train: number
  samples: number
  validation: number
  maxTokens: number
  context: number
  trains: boolean
  /** The role judge: a model here, or what an endpoint serves. */
  judge?: { model: string } | { url: string; model: string | undefined }
  /** Tasks a level that the watch for collapse attempts, where a table has several levels. */
  watched?: number
  /** A small model of single characters, which reads no instruction and writes no strategies: the question is all it is shown. */
  simple?: boolean
}

/** Writes loops/recipes/<name>.ts and returns its file. Nothing is overwritten. */
export function writeRecipe(answers: RecipeAnswers): string {
  const file = recipeFile(answers.name)
  refuseTaken(answers.name)
  writeAtomic(file, recipeText(answers))
  return file
}

/** A name that is taken is said before anything is asked or worked out, with what may be done. */
export function refuseTaken(name: string): void {
  const file = recipeFile(name)
  if (!existsSync(file)) return
  let free = 2
  while (existsSync(recipeFile(`${name.slice(0, 36)}-${free}`))) free++
  throw new BadInput(
    `There is a recipe ${name} already (${relative(root, file)}). Use it: npx nx run loops:cycle --recipe=${name}; or edit or remove that file; or write another: --name=${name.slice(0, 36)}-${free}`,
  )
}

export function recipeFile(name: string): string {
  if (!/^[a-z][a-z0-9-]{0,40}$/.test(name))
    throw new BadInput(`"${name}" cannot name a recipe: use small letters, digits and dashes, beginning with a letter`)
  return join(root, 'loops/recipes', `${name}.ts`)
}

// Every answer goes in as an escaped string: whatever was typed stays data.
const quoted = (value: string | null) =>
  value === null ? 'null' : `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`

function course({ tasks, name, train, samples, validation }: RecipeAnswers): string {
  const counts = [`train: ${train}`, `samples: ${samples}`, `validation: ${validation}`]
  if (tasks.kind !== 'table')
    return `{ taskset: ${tasks.kind}(${tasks.from === undefined ? '' : `{ from: ${quoted(tasks.from)} }`}), ${counts.join(', ')} }`
  const { file, grader, instruction, columns, rubric, probe, encoding } = tasks
  const judged = [
    ...(rubric === undefined ? [] : [`graderSettings: { rubric: ${quoted(rubric)} },`]),
    ...(probe === undefined ? [] : [`probe: ${quoted(probe)},`]),
  ]
  return `{
      taskset: table({
        file: ${quoted(file)},
        name: ${quoted(name)},
        grader: ${quoted(grader)},
${judged.map((line) => `        ${line}\n`).join('')}${instruction === '' ? '' : `        instruction: ${quoted(instruction)},\n`}        columns: { question: ${quoted(columns.question)}, answer: ${quoted(columns.answer)}${columns.level === undefined ? '' : `, level: ${quoted(columns.level)}`} },
${encoding === undefined ? '' : `        encoding: ${quoted(encoding)},\n`}      }),
      ${counts.join(',\n      ')},
    }`
}

/** The role judge, in a line; nothing where no model judges. */
function judgeRole({ judge, endpoint }: RecipeAnswers): string {
  if (!judge) return ''
  const there = 'url' in judge
  const backend = there
    ? `openai({ url: ${quoted(judge.url)}${judge.model === undefined ? '' : `, model: ${quoted(judge.model)}`} })`
    : 'llamaSample()'
  const members = [...(there ? [] : [`model: ${quoted(judge.model)}`]), ...(there || endpoint ? [`backend: ${backend}`] : [])]
  return `  roles: { judge: { ${members.join(', ')} } },\n`
}
const remembering = `import lexical from '@whetstone/inference/embedders/lexical.ts'
import { showStrategies } from '@whetstone/memory'
import reflectStrategies from '@whetstone/memory/reflectors/reflect-strategies.ts'
`

/** The recipe's source. */
export function recipeText(answers: RecipeAnswers): string {
  const { name, model, endpoint, tasks, maxTokens, context, trains, simple, watched } = answers
  const about = tasks.kind === 'table' ? `tasks of your own from ${tasks.file}` : tasks.kind
  const backend = endpoint
    ? `openai({ url: ${quoted(endpoint.url)}${endpoint.model === undefined ? '' : `, model: ${quoted(endpoint.model)}`} })`
    : 'llamaSample()'
  const asked = answers.judge && 'url' in answers.judge ? answers.judge : null
  const backends = [
    ...(endpoint ? [] : ['llamaSample']),
    ...(endpoint || asked ? ['openai'] : []),
    ...(endpoint && answers.judge && !asked ? ['llamaSample'] : []),
  ].sort()
  return `${endpoint ? '' : "import llamaTrainRows from '@whetstone/datasets/formats/llama-train.ts'\n"}import messages from '@whetstone/datasets/formats/messages.ts'
import preference from '@whetstone/datasets/formats/preference.ts'
import gate from '@whetstone/gates/gates/gate.ts'
import capPerTask from '@whetstone/harvest/filters/cap-per-task.ts'
import distinct from '@whetstone/harvest/filters/distinct.ts'
import passed from '@whetstone/harvest/filters/passed.ts'
import replay from '@whetstone/harvest/filters/replay.ts'
${backends.map((name) => `import ${name} from '@whetstone/inference/backends/${name === 'openai' ? 'openai' : 'llama-sample'}.ts'\n`).join('')}${simple ? '' : remembering}import { defineRecipe } from '@whetstone/recipe'
import direct from '@whetstone/solvers/solvers/direct.ts'
import ${tasks.kind} from '@whetstone/tasks/tasksets/${tasks.kind}.ts'
${trains ? "import llamaTrain from '@whetstone/training/trainers/llama-train.ts'\n" : ''}
/** Written by loops:init. */
export default defineRecipe({
  name: ${quoted(name)},
  about: ${quoted(about)},
  model: ${quoted(endpoint ? null : model)},
  backend: ${backend},
  solver: direct(),
  trainer: ${trains ? `llamaTrain(${simple ? "{ weights: 'full', learningRate: 3e-4, epochs: 8, batch: 64, warmup: 20 }" : "{ weights: 'auto', learningRate: 1e-4, epochs: 2, batch: 16, warmup: 10 }"})` : 'null'},
  gate: gate(),
${judgeRole(answers)}  courses: [
    ${course(answers)},
  ],
  memory: ${simple ? 'null' : '{ embedder: lexical(), reflector: reflectStrategies(), k: 1, holdout: 0.2, deploy: true, render: showStrategies }'},
  harvest: [passed(), distinct(), capPerTask({ limit: 4 }), replay()],
  formats: [${endpoint ? '' : 'llamaTrainRows(), '}messages(), preference()],
  sampling: { temperature: 0.7, maxTokens: ${maxTokens} },
  settings: { context: ${context}, concurrency: ${simple ? 64 : 16}, chunk: ${simple ? 512 : 64}${watched === undefined ? '' : `, probe: { tasks: ${watched} }`} },
})
`
}
