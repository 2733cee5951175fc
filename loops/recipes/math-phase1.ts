import { join } from 'node:path'
import { paths, type Taskset } from '@whetstone/core'
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
import cached from '@whetstone/inference/embedders/cached.ts'
import transformers from '@whetstone/inference/embedders/transformers.ts'
import { showStrategies } from '@whetstone/memory'
import reflectStrategies from '@whetstone/memory/reflectors/reflect-strategies.ts'
import direct from '@whetstone/solvers/solvers/direct.ts'
import gsm8k from '@whetstone/tasks/tasksets/gsm8k.ts'
import math, { type MathSubject } from '@whetstone/tasks/tasksets/math.ts'

/** One subject of MATH as a taskset of its own, for transfer from one to another. */
function subject(name: string, subjects: readonly MathSubject[], from: { from?: string }): Taskset {
  const whole = math({ ...from, subjects })
  return { ...whole, name, load: async (request) => (await whole.load(request)).map((task) => ({ ...task, taskset: name })) }
}

/**
 * The experiment of the ReasoningBank SLM project, measured so that it can answer: MATH levels 3 and 4, a bank from 100 training problems, Qwen3-1.7B, one memory shown. There it went from 40% to 48% on 100
 * test problems with 16 wins and 8 losses (exact McNemar p = 0.15). To find 8 points at that discordance four times in five at one-sided alpha 0.025 takes 311 tasks: 156 a level here. `--tasks=50` is the original's size.
 * Transfer: `--bank-from=math-algebra --test-on=math-geometry`, or `--test-on=gsm8k`.
 */
export default ({ data }: RecipeOptions) => {
  const from = { from: data }
  const levels = { from: 3, frontier: 4 }
  const course = (taskset: Taskset) => ({ taskset, levels, train: 50, samples: 4, validation: 156 })
  return defineRecipe({
    name: 'math-phase1',
    about:
      'MATH levels 3-4 with Qwen3-1.7B: does a bank from 100 training problems help on 312 test problems? For loops:phase1; hours on a GPU',
    model: 'hf:Qwen/Qwen3-1.7B-GGUF/Qwen3-1.7B-Q8_0.gguf',
    backend: llamaSample(),
    solver: direct(),
    trainer: null,
    gate: gate(),
    courses: [
      course(math(from)),
      course(subject('math-algebra', ['Algebra', 'Intermediate Algebra', 'Prealgebra'], from)),
      course(subject('math-geometry', ['Geometry', 'Precalculus'], from)),
      course(subject('math-numbers', ['Number Theory', 'Counting & Probability'], from)),
      { taskset: gsm8k(), train: 100, samples: 4, validation: 312 },
    ],
    memory: {
      embedder: cached({ of: transformers(), file: join(paths.checkpoints('math-phase1'), 'embeddings.jsonl') }),
      reflector: reflectStrategies({ tasks: 100 }),
      k: 1,
      holdout: 0.2,
      deploy: true,
      render: showStrategies,
    },
    harvest: [passed(), distinct(), capPerTask({ limit: 4 }), replay()],
    formats: [messages(), preference()],
    sampling: { temperature: 0.7, maxTokens: 2048, reasoning: 'off' },
    settings: {
      seed: 1,
      context: 8192,
      concurrency: 16,
      chunk: 64,
      memories: 'strip',
      pairs: 0,
    },
  })
}
