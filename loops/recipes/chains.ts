import llamaTrainRows from '@whetstone/datasets/formats/llama-train.ts'
import messages from '@whetstone/datasets/formats/messages.ts'
import preference from '@whetstone/datasets/formats/preference.ts'
import capPerLevel from '@whetstone/harvest/filters/cap-per-level.ts'
import distinct from '@whetstone/harvest/filters/distinct.ts'
import passed from '@whetstone/harvest/filters/passed.ts'
import replay from '@whetstone/harvest/filters/replay.ts'
import llamaSample from '@whetstone/inference/backends/llama-sample.ts'
import lexical from '@whetstone/inference/embedders/lexical.ts'
import { defineRecipe } from '@whetstone/recipe'
import gate from '@whetstone/gates/gates/gate.ts'
import induceChainKey from '@whetstone/memory/reflectors/induce-chain-key.ts'
import direct from '@whetstone/solvers/solvers/direct.ts'
import chains from '@whetstone/tasks/tasksets/chains.ts'
import chainsKeys from '@whetstone/tasks/tasksets/chains-keys.ts'
import llamaTrain from '@whetstone/training/trainers/llama-train.ts'

/**
 * A model of 0.9M parameters that reasons in steps which a program can check: chains of operations modulo 7. It climbs a level each round, and
 * remembers what its keys stand for. On it the founding systems' experiments are done again: loops:reproduce, loops:self-train.
 */
export default defineRecipe({
  name: 'chains',
  about: 'a 0.9M-parameter model that reasons in checkable steps: chains a level further each round, keys by memory; minutes on 2 cores',
  model: 'models/chains/whetstone-chains-f32.gguf',
  backend: llamaSample(),
  solver: direct(),
  trainer: llamaTrain({ weights: 'full', learningRate: 5e-4, epochs: 2, batch: 32, schedule: 'cosine', warmup: 20, minRatio: 0.1 }),
  gate: gate(),
  courses: [
    { taskset: chains(), levels: { from: 2, frontier: 5 }, train: 300, frontierTrain: 1500, samples: 1, validation: 400 },
    { taskset: chainsKeys(), train: 640, samples: 4, validation: 640 },
  ],
  memory: {
    embedder: lexical(),
    reflector: induceChainKey(),
    k: 1,
    threshold: 0.3,
    holdout: 0.2,
    deploy: true,
    render: (memories) => memories.map(({ content }) => content).join(''),
  },
  harvest: [passed(), distinct(), capPerLevel({ limit: 1500 }), replay()],
  formats: [llamaTrainRows(), messages(), preference()],
  sampling: { temperature: 0.7, maxTokens: 128 },
  settings: {
    seed: 1,
    context: 256,
    concurrency: 64,
    chunk: 512,
    memories: 'mix',
    pairs: 1,
  },
})
