import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Evaluation, Round, root } from '@whetstone/core'
import gate from '@whetstone/gates/gates/gate.ts'

const test = suite('compare rounds')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-rounds-'))
test.after(() => rmSync(folder, { recursive: true }))

/** Writes a finished round as the loop leaves it: round.json and the arms' validation traces. */
function writeRound(run: string, round: number, arms: Record<'incumbent' | 'candidate', number>, from: number): void {
  const outcomes = (passed: number) =>
    Array.from({ length: 200 }, (_, i) => ({ task: `t${from + i}`, cluster: `t${from + i}`, attempts: 1, passed: i < passed ? 1 : 0 }))
  const evaluations: Evaluation[] = (['incumbent', 'candidate'] as const).map((model) => ({
    model,
    memory: false,
    split: 'validation',
    taskset: 'addition',
    level: 5,
    n: 200,
    passed: arms[model],
    passRate: arms[model] / 200,
    ci: [0, 1],
    outcomes: outcomes(arms[model]),
  }))
  const frontier = { taskset: 'addition', level: 5, rule: 'lowest', trainRate: 0.5 }
  const decision = gate().decide({
    evaluations,
    references: [],
    frontier: [frontier],
    memory: false,
    bank: null,
    looks: [],
    stopped: null,
    seed: 1,
  })
  const record: Round = {
    run,
    round,
    recipe: 'tiny',
    seed: 1,
    frontier,
    incumbent: { id: 'a' },
    candidate: { id: 'b' },
    served: { role: decision.promoted ? 'candidate' : 'incumbent', memory: false },
    bank: { size: 0, added: 0, tag: null, kept: true },
    evaluations,
    decision,
    retest: null,
    harvest: { attempted: 1, passed: 1, kept: 1, replayed: 0, pairs: 0 },
    training: null,
    untrained: 'nothing was trained: the harvest is empty',
    faults: { retried: 0, failed: 0 },
    truncated: 0,
    looks: round,
    cost: { seconds: 61, tokens: { prompt: 1, completion: 1 } },
  }
  const name = `round-00${round}`
  mkdirSync(join(folder, 'reports', run, name), { recursive: true })
  mkdirSync(join(folder, 'datasets', run, name), { recursive: true })
  writeFileSync(join(folder, 'reports', run, name, 'round.json'), JSON.stringify(Round.parse(record)))
  for (const { model, outcomes: all } of evaluations) {
    const traces = all.map(({ task, cluster, passed }) => ({
      id: task,
      run,
      round,
      task,
      taskset: 'addition',
      split: 'validation',
      level: 5,
      cluster,
      policy: { model, bank: null },
      solver: 'direct',
      sample: 0,
      seed: 1,
      memories: { shown: [], withheld: [] },
      messages: [],
      grade: { reward: passed, passed: passed === 1, parts: {}, reason: '', feedback: '' },
      tokens: { prompt: 1, completion: 1 },
      seconds: 0,
      finish: 'stop',
      truncated: false,
    }))
    writeFileSync(
      join(folder, 'datasets', run, name, `validation-${model}-bare.jsonl`),
      traces.map((trace) => `${JSON.stringify(trace)}\n`).join(''),
    )
  }
}
writeRound('one', 1, { incumbent: 60, candidate: 120 }, 0)
writeRound('one', 2, { incumbent: 118, candidate: 121 }, 1000)
writeRound('two', 1, { incumbent: 60, candidate: 100 }, 0)

const compare = (...flags: string[]) =>
  execFileSync(process.execPath, [join(root, 'packages/cli/whetstone.mjs'), 'loops:compare', ...flags], {
    env: { ...process.env, WHETSTONE_ROOT: folder },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })

test('the rounds of a run: decisions, what is served after each, first against last', () => {
  const text = compare('--run=one', `--json=${folder}/one.json`, `--html=${folder}/one.html`)
  assert.match(text, /\n\s+1\s+promoted\s+addition level 5\s+200\s+30\.0%\s+60\.0%\s+\+30\.0\b/)
  assert.match(text, /\n\s+2\s+kept\s+addition level 5\s+200\s+59\.0%\s+60\.5%\s+\+1\.5\b/)
  assert.match(text, /served after round\s+1\s+2\n\s+addition level 5\s+60\.0%\s+59\.0%/)
  assert.ok(
    text.split('\n').every((line) => line.length <= 80),
    'a line is longer than a terminal of 80 columns',
  )
  assert.match(text.replace(/\s+/g, ' '), /Other tasks in each: the interval of independent samples includes zero/)
  const figures = JSON.parse(readFileSync(join(folder, 'one.json'), 'utf8'))
  assert.equal(
    figures.rounds.map((each: { promoted: boolean }) => each.promoted),
    [true, false],
  )
  assert.equal(figures.rounds[1].pHolm, figures.rounds[1].pValue)
  assert.match(readFileSync(join(folder, 'one.html'), 'utf8'), /<svg[\s\S]*promoted/)
})

test('two runs: what their last rounds serve, paired where they drew the same tasks', () => {
  assert.match(compare('--runs=one,two').replace(/\s+/g, ' '), /Other tasks in each/)
  const same = compare(
    `--files=${folder}/reports/one/round-001/round.json,${folder}/reports/two/round-001/round.json`,
    `--json=${folder}/same.json`,
  )
  assert.match(same, /control\s+one after round 1\ntreatment\s+two after round 1\n/)
  const { difference, paired } = JSON.parse(readFileSync(join(folder, 'same.json'), 'utf8')).comparisons[0].all
  assert.equal([difference, paired.wins, paired.losses], [-0.1, 0, 20])
})

test('the arms of one round', () => {
  assert.match(
    compare(`--files=${folder}/reports/one/round-001/round.json`),
    /treatment\s+one round 1: candidate, memory off\n[\s\S]*candidate, memory off is better \(exact McNemar/,
  )
})

test('policies by name: the matrix with the answers behind its cells, levels, cost, for a terminal, other programs and a pull request', () => {
  const text = compare('--runs=one:1:incumbent-off,one:1,two:1', `--json=${folder}/arms.json`, `--html=${folder}/arms.html`)
  assert.match(text, /B\s+60\s+0\s+80\s+60\n\s+C\s+40\s+0\s+100\s+60\n/)
  assert.match(text, /addition level 5\s+30\.0 \[24\.1, 36\.7\]\s+60\.0 \[/)
  assert.match(text, /validation, selected upon/)
  assert.ok(
    text.split('\n').every((line) => line.length <= 80),
    text,
  )
  const figures = JSON.parse(readFileSync(join(folder, 'arms.json'), 'utf8'))
  assert.equal(figures.matrix[0].counts, { fixed: 60, broken: 0, failing: 80, right: 60 })
  assert.is(figures.matrix[0].answers[1].tasks.length, 50)
  assert.match(readFileSync(join(folder, 'arms.html'), 'utf8'), /Fixed by one after round 1: 60 tasks, 1 to 50 shown/)
  const markdown = compare('--runs=one:1,two:1', '--markdown=-')
  assert.match(markdown, /^### Comparison\n\n- B against A: -10\.0 points/)
  assert.match(markdown, /\n\| B \| 0 \| 20 \| 80 \| 100 \|\n/)
  const all = JSON.parse(compare('--runs=one:all', '--json=-'))
  assert.equal(
    all.arms.map(({ ref, cost }: { ref: string; cost: { seconds: number } }) => [ref, cost.seconds]),
    [
      ['one:1', 61],
      ['one:2', 122],
    ],
  )
})

test('bad input: a run that is not there, traces that are gone, two questions at once', () => {
  const refused = (pattern: RegExp, ...flags: string[]) => {
    try {
      compare(...flags)
    } catch (error) {
      assert.is((error as { status: number }).status, 1)
      const message = (error as { stderr: string }).stderr.trim()
      assert.match(message, pattern)
      assert.not.match(message, /\n/)
      return
    }
    assert.unreachable(flags.join(' '))
  }
  refused(/^No run "nope": .*runs: one, two/, '--run=nope')
  refused(/takes --run, or --runs and --files/, '--run=one', '--files=a')
  refused(/^one:2 is one policy: a comparison needs two/, '--runs=one')
  refused(/^Run one has no finished round 7\. Rounds: 1, 2/, '--runs=one:7,two')
  refused(/has no arm "candidate-bar": did you mean "candidate-bare"\?/, '--runs=one:1:candidate-bar,two')
  refused(/^No run "onne": did you mean "one"\?/, '--runs=onne:1,two')
  rmSync(join(folder, 'datasets/two'), { recursive: true })
  refused(/the validation traces of round 1 of run two are not in .*: keep datasets\/ beside reports\/ to compare rounds/, '--runs=one,two')
})

test.run()
