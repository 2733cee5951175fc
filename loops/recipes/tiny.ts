import llamaTrainRows from '@whetstone/datasets/formats/llama-train.ts'
import messages from '@whetstone/datasets/formats/messages.ts'
import preference from '@whetstone/datasets/formats/preference.ts'
import capPerLevel from '@whetstone/harvest/filters/cap-per-level.ts'
import distinct from '@whetstone/harvest/filters/distinct.ts'
import passed from '@whetstone/harvest/filters/passed.ts'
import replay from '@whetstone/harvest/filters/replay.ts'
import llamaSample from '@whetstone/inference/backends/llama-sample.ts'
import { defineRecipe } from '@whetstone/recipe'
import gate from '@whetstone/gates/gates/gate.ts'
import lexical from '@whetstone/inference/embedders/lexical.ts'
import induceOperator from '@whetstone/memory/reflectors/induce-operator.ts'
import direct from '@whetstone/solvers/solvers/direct.ts'
import addition from '@whetstone/tasks/tasksets/addition.ts'
import operators, { operations } from '@whetstone/tasks/tasksets/operators.ts'
import llamaTrain from '@whetstone/training/trainers/llama-train.ts'

/**
 * The embedded default: a model of 0.9M parameters, kept in models/tiny, which adds numbers a digit further each round and remembers what its operator keys stand for.
 * A model organism: it shows that the loop works, in minutes on two cores. Its memories are induced by a program from graded attempts, not written by the model.
 */
export default defineRecipe({
  name: 'tiny',
  about: 'the 0.9M-parameter model that ships with Whetstone: addition a digit further each round, operators by memory; minutes on 2 cores',
  model: 'models/tiny/whetstone-tiny-f32.gguf',
  backend: llamaSample(),
  solver: direct(),
  trainer: llamaTrain({ weights: 'full', learningRate: 3e-4, epochs: 8, batch: 64, schedule: 'cosine', warmup: 20, minRatio: 0.1 }),
  gate: gate(),
  courses: [
    { taskset: operators(), train: 640, samples: 4, validation: 640 },
    { taskset: addition(), levels: { from: 2, frontier: 5 }, train: 400, frontierTrain: 1500, samples: 1, validation: 400 },
  ],
  memory: {
    embedder: lexical(),
    reflector: induceOperator({ operations }),
    k: 1,
    threshold: 0.3,
    holdout: 0.2,
    deploy: true,
    render: (memories) => memories.map(({ content }) => content).join(''),
  },
  harvest: [passed(), distinct(), capPerLevel({ limit: 1500 }), replay()],
  formats: [llamaTrainRows(), messages(), preference()],
  sampling: { temperature: 0.7, maxTokens: 32 },
  settings: { seed: 1, context: 128, concurrency: 64, chunk: 512, memories: 'mix', pairs: 1 },
})
