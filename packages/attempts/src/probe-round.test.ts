import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Solver } from '@whetstone/core'
import type { RoundContext } from './round-context.ts'
import gate from '@whetstone/gates/gates/gate.ts'
import { scripted, scriptedModel } from '@whetstone/inference'
import { defineRecipe } from '@whetstone/recipe/load-recipe.ts'
import { modelsOf } from '@whetstone/recipe/models-of.ts'
import direct from '@whetstone/solvers/solvers/direct.ts'
import reflectRewrite from '@whetstone/solvers/solvers/reflect-rewrite.ts'
import table from '@whetstone/tasks/tasksets/table.ts'
import { probeRound } from './probe-round.ts'

const test = suite('probe round')
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-probe-'))
test.after(() => rmSync(scratch, { recursive: true, force: true }))
const file = join(scratch, 'sums.csv')
writeFileSync(
  file,
  `id,question,answer,split\n${Array.from({ length: 12 }, (_, n) => `s${n},What is ${n} plus 0?,${n},train`).join('\n')}\n`,
)

/** Never right: each attempt is reflected on and rewritten as often as may be. */
const wrong = scripted('wrong', () => 'It is -1.')
async function probed(solver: Solver) {
  const recipe = defineRecipe({
    ...{
      name: 'probed',
      about: '',
      model: null,
      backend: wrong,
      solver: direct(),
      trainer: null,
      gate: gate(),
      memory: null,
      harvest: [],
      formats: [],
    },
    courses: [{ taskset: table({ file, name: 'sums' }), train: 12, validation: 12 }],
    sampling: { temperature: 1 },
  })
  const model = scriptedModel('small')
  const signal = new AbortController().signal
  const models = modelsOf(recipe, {}, { signal })
  return probeRound({
    recipe: { ...recipe, solver },
    seed: 1,
    round: 1,
    incumbent: { model },
    models,
    teacher: null,
    signal,
  } as unknown as RoundContext)
}

test('the probe makes train attempts as the round will: a solver that goes by grades is given them, and tried without', async () => {
  const plain = await probed(direct())
  assert.ok(plain.attempts > 4 && plain.ungraded === undefined, 'who never asks for a grade is tried once')
  const { attempts, tokens, ungraded } = await probed(reflectRewrite({ rounds: 2 }))
  assert.is(attempts, plain.attempts)
  // an answer, and twice a critique and a rewrite
  assert.is(tokens, 5 * plain.tokens)
  assert.is((ungraded?.tokens ?? 0) / (ungraded?.attempts ?? 1), plain.tokens / plain.attempts)
})

test('a solver is not shown the references', async () => {
  const seen: string[] = []
  const spy: Solver = {
    name: 'spy',
    async *solve(attempts) {
      for (const attempt of attempts) {
        seen.push(attempt.task.reference)
        yield { attempt, fault: 'looked', retries: 0 }
      }
    },
  }
  await probed(spy)
  assert.ok(seen.length > 4)
  assert.equal([...new Set(seen)], [''])
})

test.run()
