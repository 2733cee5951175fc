import llamaTrainRows from '@whetstone/datasets/formats/llama-train.ts'
import distinct from '@whetstone/harvest/filters/distinct.ts'
import passed from '@whetstone/harvest/filters/passed.ts'
import llamaSample from '@whetstone/inference/backends/llama-sample.ts'
import { defineRecipe } from '@whetstone/recipe'
import gate from '@whetstone/gates/gates/gate.ts'
import direct from '@whetstone/solvers/solvers/direct.ts'
import addition from '@whetstone/tasks/tasksets/addition.ts'
import llamaTrain from '@whetstone/training/trainers/llama-train.ts'

const trainer = { weights: 'full', epochs: 1, batch: 32, schedule: 'cosine', warmup: 10, minRatio: 0.04 } as const

/**
 * As far up the ladder of addition as ten rounds of a minute reach: each round attempts and trains several times before its gate. What climbs fastest
 * was measured (LOG.md): whatever passes at each of the four lengths above the frontier, many short trainings at a high rate, fresh replay of all that
 * was solved, and a settling training at the end.
 */
export default defineRecipe({
  name: 'ladder',
  about:
    'addition from 5 digits to 12 and on in ten rounds of at most a minute on 2 cores: several attempts and trainings between two gates',
  model: 'models/tiny/whetstone-tiny-f32.gguf',
  backend: llamaSample(),
  solver: direct(),
  trainer: llamaTrain({ ...trainer, learningRate: 1e-3 }),
  gate: gate(),
  courses: [
    { taskset: addition(), levels: { from: 2, frontier: 5 }, train: 80, frontierTrain: 320, samples: 1, validation: 220, guarded: 2400 },
  ],
  memory: null,
  harvest: [passed(), distinct()],
  formats: [llamaTrainRows()],
  sampling: { temperature: 0, maxTokens: 64 },
  micro: {
    rounds: 8,
    tokens: 650_000,
    settle: { trainer: llamaTrain({ ...trainer, learningRate: 5e-4, minRatio: 0 }), rows: 9600, attempts: 6000, visits: 2, resample: 3 },
  },
  settings: { seed: 1, probe: { samples: 1 }, context: 256, concurrency: 128, chunk: 4096, frontierLevels: 4, threshold: 0.95, pairs: 0 },
})
