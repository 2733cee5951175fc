import llamaTrainRows from '@whetstone/datasets/formats/llama-train.ts'
import messages from '@whetstone/datasets/formats/messages.ts'
import preference from '@whetstone/datasets/formats/preference.ts'
import capPerTask from '@whetstone/harvest/filters/cap-per-task.ts'
import distinct from '@whetstone/harvest/filters/distinct.ts'
import passed from '@whetstone/harvest/filters/passed.ts'
import replay from '@whetstone/harvest/filters/replay.ts'
import llamaSample from '@whetstone/inference/backends/llama-sample.ts'
import type { RecipeOptions } from '@whetstone/recipe'
import { defineRecipe } from '@whetstone/recipe'
import gate from '@whetstone/gates/gates/gate.ts'
import lexical from '@whetstone/inference/embedders/lexical.ts'
import { showStrategies } from '@whetstone/memory'
import reflectStrategies from '@whetstone/memory/reflectors/reflect-strategies.ts'
import direct from '@whetstone/solvers/solvers/direct.ts'
import gsm8k from '@whetstone/tasks/tasksets/gsm8k.ts'
import llamaTrain from '@whetstone/training/trainers/llama-train.ts'

/** Grade-school maths with a real model of yours: 512 train tasks, 4 samples each at T = 0.7, LoRA of rank 16, 750 validation tasks. */
export default ({ data }: RecipeOptions) =>
  defineRecipe({
    name: 'gsm8k',
    about:
      'grade-school maths with a model of up to about 4B parameters (default Qwen3-1.7B Q8_0): memory and LoRA; hours on a workstation',
    model: 'hf:Qwen/Qwen3-1.7B-GGUF/Qwen3-1.7B-Q8_0.gguf',
    backend: llamaSample(),
    solver: direct(),
    trainer: llamaTrain({
      weights: 'lora',
      loraRank: 16,
      loraAlpha: 32,
      learningRate: 1e-4,
      epochs: 2,
      batch: 16,
      schedule: 'cosine',
      warmup: 10,
    }),
    gate: gate(),
    courses: [{ taskset: gsm8k({ from: data }), train: 512, samples: 4, validation: 750 }],
    memory: {
      embedder: lexical(),
      reflector: reflectStrategies(),
      k: 1,
      holdout: 0.2,
      deploy: true,
      render: showStrategies,
    },
    harvest: [passed(), distinct(), capPerTask({ limit: 4 }), replay()],
    formats: [llamaTrainRows(), messages(), preference()],
    publish: 'Q8_0',
    sampling: { temperature: 0.7, maxTokens: 1024, reasoning: 'off' },
    settings: {
      seed: 1,
      context: 4096,
      concurrency: 16,
      chunk: 64,
      memories: 'mix',
      pairs: 1,
    },
  })
