import distill from '@whetstone/datasets/formats/distill.ts'
import llamaTrainRows from '@whetstone/datasets/formats/llama-train.ts'
import distinct from '@whetstone/harvest/filters/distinct.ts'
import keptApart from '@whetstone/harvest/filters/kept-apart.ts'
import notGuessed from '@whetstone/harvest/filters/not-guessed.ts'
import passed from '@whetstone/harvest/filters/passed.ts'
import llamaSample from '@whetstone/inference/backends/llama-sample.ts'
import lexical from '@whetstone/inference/embedders/lexical.ts'
import { defineRecipe } from '@whetstone/recipe'
import gate from '@whetstone/gates/gates/consolidate.ts'
import induceOperator from '@whetstone/memory/reflectors/induce-operator.ts'
import direct from '@whetstone/solvers/solvers/direct.ts'
import addition from '@whetstone/tasks/tasksets/addition.ts'
import operators, { operations } from '@whetstone/tasks/tasksets/operators.ts'
import reading from '@whetstone/tasks/tasksets/reading.ts'
import llamaTrain from '@whetstone/training/trainers/llama-train.ts'

/** Share of the operators' train tasks that is never trained on: by these an entry is judged to be known without its line. */
const apart = 0.25

/**
 * What the bank knows moves into the weights, and its entries are retired. What decides is how many different operand pairs of each key are seen
 * without its line (60 of the 80 that train holds), with fresh keys and their lines beside them, so that lines are still read (LOG.md). Text and logits
 * both teach: the answer as it was given with the line, and KL to the same model reading the line.
 */
export default defineRecipe({
  name: 'consolidate',
  about:
    'operators move from the bank into the weights, their entries are retired; new keys are still read and addition is kept; minutes on 2 cores',
  model: 'models/tiny/whetstone-tiny-f32.gguf',
  backend: llamaSample(),
  solver: direct(),
  trainer: llamaTrain({
    method: 'distill',
    nllWeight: 1,
    weights: 'full',
    learningRate: 1e-3,
    steps: 1600,
    batch: 32,
    schedule: 'cosine',
    warmup: 20,
    minRatio: 0.05,
  }),
  gate: gate({ of: 'operators' }),
  courses: [
    { taskset: operators(), train: 5120, samples: 1, validation: 640 },
    { taskset: reading(), train: 1000, samples: 1, validation: 400 },
    { taskset: addition(), train: 1200, samples: 1, validation: 200 },
  ],
  memory: {
    embedder: lexical(),
    reflector: induceOperator({ operations }),
    k: 1,
    threshold: 0.3,
    holdout: 0,
    deploy: true,
    render: (memories) => memories.map(({ content }) => content).join(''),
  },
  consolidate: { tasks: 1280, apart, least: 10, solved: 0.97 },
  harvest: [keptApart({ taskset: 'operators', share: apart }), passed(), notGuessed({ taskset: 'operators' }), distinct()],
  formats: [llamaTrainRows(), distill()],
  sampling: { temperature: 0, maxTokens: 16 },
  settings: { seed: 1, context: 64, concurrency: 64, chunk: 4096, memories: 0.8, pairs: 0 },
})
