import { BadInput, type LanguageModel, type Model, readRows, Trace, writeRows } from '@whetstone/core'
import { paraphrasePool, type PoolItem, readPool, samplePool, scorePool } from '@whetstone/evaluation'
import { selectByLikelihood } from '@whetstone/harvest'
import { describeEndpoint } from '@whetstone/inference'
import llamaSample from '@whetstone/inference/backends/llama-sample.ts'
import openai from '@whetstone/inference/backends/openai.ts'
import { ensureTools } from '@whetstone/native'
import { defineCommand } from '../../command.ts'
import { loadRecipe } from '@whetstone/recipe/load-recipe.ts'
import { namedCheckpoints } from '../../score/checkpoints.ts'

const flags = {
  from: {
    type: 'file',
    choices: ['student', 'traces', 'paraphrase', 'likelihood'],
    default: 'student',
    about:
      "student: answers sampled from --model; traces: of --traces, typed passed or failed; paraphrase: --pool in --model's words; likelihood: the most and least likely samples of --pool under --model, and random ones",
  },
  out: { type: 'output', about: 'the pool to write, JSON lines' },
  model: { type: 'file', about: 'GGUF file (base.gguf+adapter.gguf for a LoRA)' },
  endpoint: { type: 'string', about: 'or an OpenAI-compatible address; its key comes from OPENAI_API_KEY' },
  pool: { type: 'file', about: 'the pool to start from' },
  traces: { type: 'string', about: 'a traces.jsonl' },
  recipe: { type: 'string', default: 'tiny', about: 'student: whose train tasks are answered' },
  tasks: { type: 'number', min: 1, default: 100, about: 'student: tasks a level' },
  samples: { type: 'number', min: 1, max: 10000, default: 1, about: 'student: answers a task' },
  count: { type: 'number', min: 1, default: 100, about: 'likelihood: samples of each kind' },
  temperature: { type: 'number', min: 0, whole: false, default: 0.7, about: 'sampling temperature' },
  'max-tokens': { type: 'number', min: 1, max: 1048576, default: 512, about: 'tokens an answer may hold' },
  context: { type: 'number', min: 16, max: 1048576, default: 4096, about: 'tokens of prompt and answer' },
  seed: { type: 'number', min: 0, default: 1, about: 'seed of all that is drawn' },
} as const

export default defineCommand({
  about: 'builds typed pools for models:score: student answers, graded traces, paraphrases, samples of high, low and random likelihood',
  flags,
  examples: [
    'npx nx run models:pool --model=models/tiny/whetstone-tiny-f32.gguf --out=student.jsonl',
    'npx nx run models:pool --from=traces --traces=datasets/tiny/round-001/traces.jsonl --out=traces-pool.jsonl',
    'npx nx run models:pool --from=paraphrase --pool=student.jsonl --endpoint=http://127.0.0.1:8080 --out=paraphrases.jsonl',
    'npx nx run models:pool --from=likelihood --pool=student.jsonl --model=models/tiny/whetstone-tiny-f32.gguf --out=extremes.jsonl',
  ],
  async run(
    { from, out, pool, traces, model, endpoint, recipe, tasks, samples, count, temperature, 'max-tokens': maxTokens, context, seed },
    signal,
  ) {
    if (out === undefined) throw new BadInput('models:pool needs --out=FILE, the pool to write')
    const need = <T>(value: T | undefined, flag: string): T => {
      if (value === undefined) throw new BadInput(`models:pool --from=${from} needs --${flag}`)
      return value
    }
    const open = async (tool: string) => {
      if (endpoint === undefined) await ensureTools([tool])
      return openModel({ model, endpoint, context })
    }
    const sampling = { temperature, maxTokens }
    let items: PoolItem[] = []
    if (from === 'traces') items = await tracePool(readRows(need(traces, 'traces'), Trace))
    else if (from === 'student') {
      const loaded = await loadRecipe(recipe)
      await using opened = await open('llama-sample')
      for (const { taskset, levels } of loaded.courses) {
        const drawn = await taskset.load({ split: 'train', seed, round: 1, limit: tasks, levels: levels ? [levels.frontier] : undefined })
        items.push(
          ...(await samplePool(opened, drawn, {
            type: `student ${taskset.name}`,
            samples,
            sampling,
            seed,
            signal,
            system: taskset.instruction,
          })),
        )
      }
    } else {
      const start = await readPool(need(pool, 'pool'))
      await using opened = await open(from === 'likelihood' ? 'llama-score' : 'llama-sample')
      items =
        from === 'paraphrase'
          ? await paraphrasePool(opened, start, { sampling, seed, signal })
          : await extremes(opened, start, { count, seed, signal })
    }
    if (items.length === 0) throw new BadInput('Nothing for the pool: no answer was finished')
    await writeRows(out, items)
    console.log(
      `${out}: ${items.length} samples (${[...Map.groupBy(items, ({ type }) => type)].map(([type, some]) => `${some.length} ${type}`).join(', ')})`,
    )
  },
})

/** Samples of highest and lowest likelihood per token under a model, and as many random ones. */
async function extremes(
  model: LanguageModel,
  pool: readonly PoolItem[],
  options: { count: number; seed: number; signal: AbortSignal },
): Promise<PoolItem[]> {
  const scores = new Map(
    (await scorePool(model, pool, { signal: options.signal })).map(({ index, meanLogLikelihood }) => [index, meanLogLikelihood]),
  )
  const indices = pool.map((_, index) => index)
  return (['highest', 'lowest', 'random'] as const).flatMap((order) =>
    selectByLikelihood(indices, (index) => scores.get(index), { order, count: options.count, seed: options.seed }).map((index) => ({
      ...(pool[index] as PoolItem),
      type: `${order} likelihood`,
    })),
  )
}

/** Attempts as they were made, with the system message that they were shown. */
async function tracePool(traces: AsyncIterable<Trace>): Promise<PoolItem[]> {
  const items: PoolItem[] = []
  for await (const { messages, grade } of traces) {
    const output = messages.at(-1)
    const prompt = messages.findLast(({ role }) => role === 'user')
    const system = messages.find(({ role }) => role === 'system')?.content
    if (output?.role !== 'assistant' || output.content === '' || !prompt) continue
    items.push({ instruction: prompt.content, input: '', output: output.content, type: grade.passed ? 'passed' : 'failed', system })
  }
  return items
}

async function openModel({
  model,
  endpoint,
  context,
}: {
  model: string | undefined
  endpoint: string | undefined
  context: number
}): Promise<LanguageModel> {
  if ((model === undefined) === (endpoint === undefined))
    throw new BadInput('models:pool takes either --model=FILE.gguf or --endpoint=http://…')
  if (endpoint !== undefined) return openai({ url: endpoint }).open(await describeEndpoint({ url: endpoint }), { concurrency: 16, context })
  const [checkpoint] = await namedCheckpoints([model as string])
  const { contextLength } = checkpoint?.model.metadata ?? {}
  return llamaSample().open(checkpoint?.model as Model, {
    concurrency: 32,
    context: typeof contextLength === 'number' ? Math.min(context, contextLength) : context,
  })
}
