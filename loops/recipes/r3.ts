import llamaTrainRows from '@whetstone/datasets/formats/llama-train.ts'
import llamaTrainPairs from '@whetstone/datasets/formats/llama-train-pairs.ts'
import messages from '@whetstone/datasets/formats/messages.ts'
import distinct from '@whetstone/harvest/filters/distinct.ts'
import passed from '@whetstone/harvest/filters/passed.ts'
import replay from '@whetstone/harvest/filters/replay.ts'
import llamaSample from '@whetstone/inference/backends/llama-sample.ts'
import { defineRecipe } from '@whetstone/recipe'
import gate from '@whetstone/gates/gates/gate.ts'
import reflectRewrite from '@whetstone/solvers/solvers/reflect-rewrite.ts'
import { chainsTeacher } from '@whetstone/tasks'
import chains from '@whetstone/tasks/tasksets/chains.ts'
import { dpo, sft, verify } from '@whetstone/training/trainers/schedule.ts'

const prompts = 'chains-1'
const steps = { weights: 'full', batch: 16, schedule: 'cosine', warmup: 5, minRatio: 0.1 } as const

/**
 * Reflect, rewrite, repeat: the target answers, the basic teacher names the errors of what failed, the target rewrites; what stays unsolved waits on
 * the bucket list for the advanced teacher. Then DPO on (rejected, chosen), verification of the trained tasks, and SFT on what they come to. The
 * teachers are programs here; models take their place with `--set teachers.basic.model=FILE.gguf`, or by an endpoint's backend in the recipe.
 */
export default defineRecipe({
  name: 'r3',
  about:
    'reflect, rewrite, repeat on chains: two teachers, DPO, verification, SFT, a bucket list of what stays unsolved; minutes on 2 cores',
  model: 'models/chains/whetstone-chains-f32.gguf',
  backend: llamaSample(),
  solver: reflectRewrite({ rounds: 2, teacher: 'basic', prompts }),
  teachers: { basic: chainsTeacher({ reliability: 0.8 }), advanced: chainsTeacher() },
  bucket: { solver: reflectRewrite({ rounds: 2, teacher: 'advanced', rewriter: 'teacher', prompts }) },
  trainer: [dpo({ ...steps, learningRate: 1e-4, beta: 0.1, nllWeight: 1 }), verify(), sft({ ...steps, learningRate: 5e-4, on: 'harvest' })],
  gate: gate(),
  courses: [{ taskset: chains({ levels: [2, 3, 4, 5, 6] }), train: 300, samples: 1, validation: 300 }],
  memory: null,
  harvest: [passed(), distinct(), replay()],
  formats: [llamaTrainRows(), llamaTrainPairs(), messages()],
  sampling: { temperature: 0.7, maxTokens: 128 },
  settings: { seed: 1, context: 256, concurrency: 64, chunk: 512, pairs: 1 },
})
