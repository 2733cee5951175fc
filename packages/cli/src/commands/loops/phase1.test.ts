import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Memory, Reflector, Task } from '@whetstone/core'
import { z } from 'zod'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-phase1-'))
process.env['WHETSTONE_ROOT'] = scratch
process.env['WHETSTONE_PROGRESS'] = 'none'
const { hash, memoryId, paths, plugin, readRows, root, Trace } = await import('@whetstone/core')
const { scripted, scriptedModel } = await import('@whetstone/inference')
const { default: induceOperator } = await import('@whetstone/memory/reflectors/induce-operator.ts')
const { default: lexical } = await import('@whetstone/inference/embedders/lexical.ts')
const { default: direct } = await import('@whetstone/solvers/solvers/direct.ts')
const { operations, default: makeOperators } = await import('@whetstone/tasks/tasksets/operators.ts')
const operators = makeOperators()
const { default: gate } = await import('@whetstone/gates/gates/gate.ts')
const { defineRecipe } = await import('@whetstone/recipe/load-recipe.ts')
const { controlDraw } = await import('@whetstone/studies/phase1/control-draw.ts')
const { phase1 } = await import('@whetstone/studies/phase1/phase1.ts')
const { showPhase1, writePhase1 } = await import('@whetstone/reports/write-phase1.ts')
const { Phase1Summary } = await import('@whetstone/runs')
const { resolveRecipe } = await import('../../recipe/resolve-recipe.ts')

const test = suite('phase1')
test.after(() => rmSync(scratch, { recursive: true, force: true }))

/** A simulated model that can read a line about its key and otherwise guesses, by a fixed coin for each prompt and seed. */
let asked = 0
const reader = scripted('reader', ({ messages, seed }) => {
  asked++
  const prompt = messages.at(-1)?.content ?? ''
  const [, x, key, y] = /^(\d)([a-z]{2})(\d)=$/.exec(prompt) ?? []
  const line = messages.find(({ role }) => role === 'system')?.content ?? ''
  const operation = line.startsWith(`${key}=`) ? operations[line[3] ?? ''] : undefined
  return String(operation ? operation(Number(x), Number(y)) : parseInt(hash([prompt, seed]).slice(0, 4), 16) % 10)
})
/** A reflector of a test's own, as a recipe takes it. */
const made = (reflector: Reflector) => plugin({ name: reflector.name, about: '', settings: z.strictObject({}), make: () => reflector })()
const recipe = (reflector?: Reflector) =>
  defineRecipe({
    name: 'reader',
    about: 'simulated',
    model: null,
    backend: reader,
    solver: direct(),
    trainer: null,
    gate: gate(),
    courses: [{ taskset: operators, train: 640, samples: 8, validation: 640 }],
    memory: {
      embedder: lexical(),
      reflector: reflector ? made(reflector) : induceOperator({ operations }),
      k: 1,
      threshold: 0.3,
      holdout: 0.1,
      deploy: true,
      render: (memories) => memories.map(({ content }) => content).join(''),
    },
    harvest: [],
    formats: [],
    sampling: { maxTokens: 8 },
    settings: { seed: 5, context: 128, evalSamples: 2 },
  })
const run = (name: string, options: Partial<Parameters<typeof phase1>[0]> = {}) => {
  const printed: string[] = []
  return phase1({
    recipe: recipe(),
    run: name,
    base: scriptedModel('reader'),
    redo: false,
    signal: new AbortController().signal,
    report: async (result) => {
      await writePhase1(result)
      printed.push(showPhase1(result.summary, result.folder))
    },
    ...options,
  }).then((summary) => ({ summary, printed }))
}

test('memory helps a model that reads it, random memory of the same length does not, and the curve rises', async () => {
  const { summary, printed } = await run('reads')
  assert.is(summary.n, 640)
  assert.is(summary.clusters, 64)
  assert.ok(summary.memoryMinusControl.difference > 0.4 && summary.pValue < 1e-6, JSON.stringify(summary.memoryMinusControl))
  assert.ok(
    Math.abs(summary.controlMinusBaseline.ci90[0]) < 0.05 && Math.abs(summary.controlMinusBaseline.ci90[1]) < 0.05,
    JSON.stringify(summary.controlMinusBaseline),
  )
  const curve = summary.bankSizes.map(({ accuracy }) => accuracy)
  assert.equal(
    curve,
    [...curve].sort((a, b) => a - b),
  )
  assert.is(summary.bank.reachable, summary.bank.size)
  assert.is(summary.leaks.audit, 0)
  assert.ok(printed[0]?.includes('=> memory helps: +'))
  assert.ok((printed[0]?.split('\n').length ?? 99) < 24)
  const folder = join(paths.reports('reads'), 'phase1')
  assert.equal(Phase1Summary.parse(JSON.parse(readFileSync(join(folder, 'phase1_summary.json'), 'utf8'))), summary)
  const { trials } = JSON.parse(readFileSync(join(folder, 'phase1_results.json'), 'utf8')) as {
    trials: { arm: string; task: string; sample: number; seed: number; passed: boolean; memories: string[]; tokens: { prompt: number } }[]
  }
  const of = (arm: string) => new Map(trials.filter((trial) => trial.arm === arm).map((trial) => [`${trial.task}#${trial.sample}`, trial]))
  const [bare, shown, random] = [of('baseline'), of('memory'), of('control')]
  assert.equal([bare.size, shown.size, random.size, of('memory 1/2').size], [1280, 1280, 1280, 1280])
  for (const [trial, { seed, memories, tokens }] of shown) {
    assert.is(bare.get(trial)?.seed, seed, 'the same seeds in every arm')
    const other = random.get(trial)
    assert.is(other?.memories.length, memories.length)
    assert.is(other?.tokens.prompt, tokens.prompt, 'the same length')
    assert.ok(memories.length === 0 || other?.memories[0] !== memories[0])
  }
  assert.is(readFileSync(join(folder, 'phase1_accuracy.png')).subarray(1, 4).toString(), 'PNG')
})

test('what was attempted is kept; another plan is refused until --redo', async () => {
  asked = 0
  const { summary } = await run('reads')
  assert.is(asked, 0)
  const error: Error = await run('reads', { k: 2 }).then(
    () => new Error('accepted'),
    (failed: Error) => failed,
  )
  assert.match(error.message, /begun with other settings .*--redo, or take another name with --run=NAME/)
  rmSync(join(scratch, 'datasets/reads/phase1/control.jsonl'))
  rmSync(join(scratch, 'datasets/reads/phase1/control.jsonl.chunks'))
  const again = await run('reads')
  assert.is(asked, 1280, 'the lost arm alone is attempted again')
  assert.equal({ ...again.summary, seconds: 0 }, { ...summary, seconds: 0 })
})

test('answers that memories give away are kept from the test tasks, and the difference is reported', async () => {
  // A reflector that cheats: its line tells the answer of one test pair of each key.
  const test_ = await operators.load({ split: 'test', seed: 5, round: 1, limit: 64 })
  const cheat: Reflector = {
    name: 'cheat',
    reflect: async (traces, { createdAt }) => {
      const [first] = await Array.fromAsync(traces)
      return test_.map(({ prompt, reference }): Memory => {
        const item = { title: prompt.slice(1, 3), description: '', content: `${prompt.slice(1, 3)}: ${reference}`, sourceTask: 'somewhere' }
        return {
          ...item,
          id: memoryId(item),
          sourceTraces: [first?.id ?? ''],
          success: true,
          createdAt,
          embedding: [],
          reflector: 'cheat',
        }
      })
    },
  }
  const { summary } = await run('cheats', { recipe: recipe(cheat), sizes: ['all'] })
  assert.ok(summary.leaks.byAnswerRule >= 64, JSON.stringify(summary.leaks))
  assert.is(summary.leaks.blocked['answer'], summary.leaks.byAnswerRule)
  const { trials } = JSON.parse(readFileSync(join(paths.reports('cheats'), 'phase1/phase1_results.json'), 'utf8')) as {
    trials: { arm: string; memories: string[]; blocked?: { rule: string }[] }[]
  }
  assert.ok(
    trials
      .filter(({ arm }) => arm === 'memory')
      .every(({ memories, blocked }) => memories.length === 0 || !blocked?.some(({ rule }) => rule === 'answer')),
  )
  assert.ok(trials.some(({ arm }) => arm === 'memory without answer rule'))
})

test('a bank without items is no gain, honestly', async () => {
  const { summary, printed } = await run('empty', { recipe: recipe({ name: 'none', reflect: async () => [] }), tasks: 64 })
  assert.equal([summary.bank.size, summary.memoryMinusControl.difference, summary.pValue], [0, 0, 1])
  assert.match(printed[0] ?? '', /=> no evidence that memory helps/)
})

test('the control takes items of the nearest length, never the recalled or a leak', () => {
  const item = (id: string, content: string) => ({ id, title: '', description: '', content, sourceTask: id }) as Memory
  const items = [
    item('own', 'aa'),
    item('near', 'bb'),
    item('leak', '7b'),
    ...Array.from({ length: 30 }, (_, i) => item(`far-${i}`, 'c'.repeat(20 + i))),
  ]
  const task = { id: 't', prompt: '?', reference: '7' } as Task
  const render = (memories: readonly Memory[]) => memories.map(({ content }) => content).join('')
  const draw = controlDraw({ items, render, seed: 1 })
  const drawn = Array.from({ length: 200 }, (_, sample) => draw(task, sample, [items[0] as Memory])[0]?.id ?? '')
  assert.ok(
    !drawn.includes('own') && !drawn.includes('leak') && drawn.includes('near') && new Set(drawn).size === 15,
    'sixteen of the nearest length, one of them a leak',
  )
})

const weights = join(root, 'models/tiny/whetstone-tiny-f32.gguf')
const real = existsSync(weights) && existsSync(paths.tool('llama-sample'))
if (!real) console.log(`SKIP phase1 on the tiny model: ${weights} or ${paths.tool('llama-sample')} not found`)
else
  test('the tiny model itself: at least 40 points over random memory', async () => {
    const { recipe: tiny, base } = await resolveRecipe({ recipe: 'tiny', threads: 2 } as Parameters<typeof resolveRecipe>[0])
    const { summary } = await run('tiny', {
      recipe: { ...tiny, settings: { ...tiny.settings, evalSamples: 4 } },
      base,
      sizes: ['1/4', 'all'],
      threads: 2,
    })
    assert.ok(summary.memoryMinusControl.ci[0] > 0.4, JSON.stringify(summary.memoryMinusControl))
    assert.ok(summary.pValue < 1e-6)
    assert.ok(
      summary.controlMinusBaseline.ci90[0] > -0.05 && summary.controlMinusBaseline.ci90[1] < 0.05,
      JSON.stringify(summary.controlMinusBaseline),
    )
    assert.equal([summary.leaks.audit, summary.bank.reachable], [0, summary.bank.size])
    assert.is((await Array.fromAsync(readRows(join(scratch, 'datasets/tiny/phase1/memory.jsonl'), Trace))).length, 2560)
  })

test.run()
