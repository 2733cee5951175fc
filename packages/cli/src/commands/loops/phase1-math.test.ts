import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-math-'))
process.env['WHETSTONE_ROOT'] = scratch
process.env['WHETSTONE_PROGRESS'] = 'none'
const { paths, root } = await import('@whetstone/core')
const { scripted, scriptedModel } = await import('@whetstone/inference')
const { default: lexical } = await import('@whetstone/inference/embedders/lexical.ts')
const { requiredTasks } = await import('@whetstone/statistics')
const { loadRecipe } = await import('@whetstone/recipe/load-recipe.ts')
const { phase1 } = await import('@whetstone/studies/phase1/phase1.ts')
const { showPhase1, writePhase1 } = await import('@whetstone/reports/write-phase1.ts')

const test = suite('recipe math-phase1')
test.after(() => rmSync(scratch, { recursive: true, force: true }))
const data = join(root, '../shared/data/math_test.jsonl')

test('its sample is what the effect of the original needs', async () => {
  const { courses } = await loadRecipe('math-phase1', { data })
  const needed = requiredTasks({ effect: 0.08, discordance: 0.24, alpha: 0.025 })
  assert.is(needed, 311)
  assert.ok((courses[0]?.validation ?? 0) * 2 >= needed)
  assert.is((courses[0]?.train ?? 0) * 2, 100)
})

if (!existsSync(data)) console.log(`SKIP phase 1 on MATH rows: ${data} not found`)
else
  test('real MATH rows, strategies by the model, transfer from algebra to geometry', async () => {
    /** A simulated model: distils one strategy for each problem, solves nothing. */
    const model = scripted('student', ({ messages }) => {
      const text = messages.at(-1)?.content ?? ''
      const topic =
        /Problem:\n([\s\S]*)/
          .exec(text)?.[1]
          ?.match(/[A-Za-z]{6,}/g)
          ?.slice(0, 3)
          .join(' ') ?? 'numbers'
      return text.startsWith('You ')
        ? `# Strategy\n## Title\nCheck ${topic}\n## Description\nWhen ${topic} appear.\n## Content\nWrite down what is known about ${topic} before computing.`
        : 'I think it is \\boxed{12345}.'
    })
    const recipe = await loadRecipe('math-phase1', { data })
    const printed: string[] = []
    const summary = await phase1({
      recipe: {
        ...recipe,
        backend: model,
        memory: recipe.memory && { ...recipe.memory, embedder: lexical() },
        courses: recipe.courses.map((course) => ({ ...course, train: 10, samples: 2 })),
      },
      run: 'math',
      base: scriptedModel('student'),
      bankFrom: 'math-algebra',
      testOn: 'math-geometry',
      tasks: 20,
      redo: false,
      signal: new AbortController().signal,
      report: async (result) => {
        await writePhase1(result)
        printed.push(showPhase1(result.summary, result.folder))
      },
    })
    assert.equal([summary.bankFrom, summary.testedOn, summary.n, summary.clusters], ['math-algebra', 'math-geometry', 40, 40])
    assert.ok(summary.bank.size >= 10 && summary.bank.size <= 20, String(summary.bank.size))
    assert.is(summary.bank.reachable, summary.bank.size)
    assert.is(summary.pValue, 1)
    assert.is(summary.leaks.audit, 0)
    assert.match(printed[0] ?? '', /bank from math-algebra, tested on 40 tasks of math-geometry/)
    const { trials } = JSON.parse(readFileSync(join(paths.reports('math'), 'phase1/phase1_results.json'), 'utf8')) as {
      trials: { arm: string; memories: string[] }[]
    }
    assert.ok(trials.filter(({ arm }) => arm === 'memory').every(({ memories }) => memories.length <= 1))
    assert.ok(trials.filter(({ arm, memories }) => arm === 'memory' && memories.length === 1).length > 20)
  })

test.run()
