import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BadInput, root, writeAtomic } from '@whetstone/core'
import { checkGguf } from '@whetstone/inference'
import table from '@whetstone/tasks/tasksets/table.ts'
import { modelFile } from './resolve-recipe.ts'

export type RecipeAnswers = { name: string; model: string; data: string; grader: string; instruction: string }

/** Writes loops/recipes/<name>.ts for tasks of the user's own, after looking at the model and the data that it names. Returns the file. */
export async function writeRecipe(answers: RecipeAnswers): Promise<string> {
  const { name, model, data, grader } = answers
  if (!/^[a-z][a-z0-9-]{0,40}$/.test(name))
    throw new BadInput(`"${name}" cannot name a recipe: use small letters, digits and dashes, beginning with a letter`)
  const file = join(root, 'loops/recipes', `${name}.ts`)
  if (existsSync(file)) throw new BadInput(`${file} exists: edit it, or take another name`)
  if (!model.startsWith('hf:')) checkGguf(modelFile(model))
  const taskset = table({ file: data, name, grader })
  const counts = await Promise.all(
    (['train', 'validation'] as const).map(async (split) => (await taskset.load({ split, seed: 1, round: 1 })).length),
  )
  const [train = 0, validation = 0] = counts
  if (train === 0 || validation === 0)
    throw new BadInput(`${data} gives ${train} train and ${validation} validation tasks: both are needed`)
  writeAtomic(file, recipeText(answers, Math.min(512, train), Math.min(750, validation)))
  return file
}

// Every answer goes in as a JSON string, which is also a TypeScript string: whatever was typed stays data.
const recipeText = (
  { name, model, data, grader, instruction }: RecipeAnswers,
  train: number,
  validation: number,
) => `import llamaTrainRows from '@whetstone/datasets/formats/llama-train.ts'
import messages from '@whetstone/datasets/formats/messages.ts'
import preference from '@whetstone/datasets/formats/preference.ts'
import capPerTask from '@whetstone/harvest/filters/cap-per-task.ts'
import distinct from '@whetstone/harvest/filters/distinct.ts'
import passed from '@whetstone/harvest/filters/passed.ts'
import replay from '@whetstone/harvest/filters/replay.ts'
import llamaSample from '@whetstone/inference/backends/llama-sample.ts'
import { defineRecipe } from '@whetstone/recipe'
import gate from '@whetstone/gates/gates/gate.ts'
import lexical from '@whetstone/inference/embedders/lexical.ts'
import { showStrategies } from '@whetstone/memory'
import reflectStrategies from '@whetstone/memory/reflectors/reflect-strategies.ts'
import direct from '@whetstone/solvers/solvers/direct.ts'
import table from '@whetstone/tasks/tasksets/table.ts'
import llamaTrain from '@whetstone/training/trainers/llama-train.ts'

/** Written by loops:init. */
export default defineRecipe({
  name: ${JSON.stringify(name)},
  about: ${JSON.stringify(`tasks of your own from ${data}`)},
  model: ${JSON.stringify(model)},
  backend: llamaSample(),
  solver: direct(),
  trainer: llamaTrain({ weights: 'auto', learningRate: 1e-4, epochs: 2, batch: 16, warmup: 10 }),
  gate: gate(),
  courses: [{ taskset: table({ file: ${JSON.stringify(data)}, name: ${JSON.stringify(name)}, grader: ${JSON.stringify(grader)}, instruction: ${JSON.stringify(instruction)} }), train: ${train}, validation: ${validation} }],
  memory: { embedder: lexical(), reflector: reflectStrategies(), k: 1, holdout: 0.2, deploy: true, render: showStrategies },
  harvest: [passed(), distinct(), capPerTask({ limit: 4 }), replay()],
  formats: [llamaTrainRows(), messages(), preference()],
  sampling: { temperature: 0.7, maxTokens: 1024 },
  settings: { samples: 4, context: 4096, concurrency: 16, chunk: 64 },
})
`
