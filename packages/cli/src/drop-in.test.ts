// "To add X, write file Y": does it for each kind in a copy of the checkout. One file each is dropped in, nothing else is touched, and a round of a recipe made of them alone runs to its end.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { pluginKinds, root, Round } from '@whetstone/core'

const test = suite('drop-in')
const copy = mkdtempSync(join(tmpdir(), 'whetstone-drop-in-'))

const plugin = (members: string, imports = '') => `import { plugin } from '@whetstone/core'
import { z } from 'zod'
${imports}
export default plugin({ name: 'dropped', about: 'dropped in by a test', settings: z.strictObject({ word: z.string().default('dropped') }), make: ({ word }) => (${members}) })
`
/** Sums under 40 of two numbers; the answer is right for most. */
const files: Record<string, string> = {
  'packages/tasks/src/tasksets/dropped.ts': plugin(
    `fixedTaskset({
      name: word,
      about: 'sums',
      read: (split) => Array.from({ length: 24 }, (_, i) => ({ id: split + i, taskset: word, split, prompt: i + '+' + { train: 1, validation: 2, test: 3 }[split], reference: String(i + { train: 1, validation: 2, test: 3 }[split]), level: 1, cluster: split + i, metadata: {} })),
      grade: (task, answer) => ({ reward: Number(answer === task.reference), passed: answer === task.reference, parts: {}, reason: word, feedback: '' }),
    })`,
    "import { fixedTaskset } from '../fixed-taskset.ts'",
  ),
  'packages/inference/src/backends/dropped.ts': plugin(`({
      name: word,
      reproducible: true,
      open: async (model) => ({
        model,
        async *generate(requests) {
          for (const { id, messages } of requests) {
            const [a, b] = messages.at(-1).content.split('+').map(Number)
            yield { id, text: String(a % 5 === 0 ? a : a + b), finish: 'stop', tokens: { prompt: 3, completion: 2 }, seconds: 0 }
          }
        },
        async [Symbol.asyncDispose]() {},
      }),
    })`),
  'packages/solvers/src/solvers/dropped.ts': plugin(
    'methodSolver(word, direct)',
    "import { direct } from '../direct-method.ts'\nimport { methodSolver } from '../method.ts'",
  ),
  'packages/harvest/src/filters/dropped.ts': plugin(
    '({ name: word, async *apply(traces) { for await (const trace of traces) if (trace.grade.passed) yield trace } })',
  ),
  'packages/datasets/src/formats/dropped.ts': plugin(
    "({ name: word, kind: 'sft', file: 'dropped.txt', async *render(rows) { for await (const { messages } of rows) yield messages.map(({ content }) => content).join(' = ') + '\\n' } })",
  ),
  'packages/training/src/trainers/dropped.ts': plugin(
    "({ name: word, reads: ['dropped'], tools: [], train: async ({ base }) => ({ model: { ...base, id: 'model-dropped' }, steps: 7, seconds: 0, finalLoss: 0.5 }) })",
  ),
  'packages/gates/src/gates/dropped.ts': plugin(
    "(() => { const real = gate(); return { ...real, name: word, decide: (request) => ({ ...real.decide(request), promoted: false, reason: 'kept: ' + word }) } })()",
    "import gate from './gate.ts'",
  ),
  'packages/inference/src/embedders/dropped.ts': plugin(
    '({ name: word, open: async () => ({ id: word, dimensions: 2, embed: async (texts) => texts.map((text) => Float32Array.of(text.length % 2, 1 - (text.length % 2))), async [Symbol.asyncDispose]() {} }) })',
  ),
  'packages/memory/src/reflectors/dropped.ts': plugin(
    `({
      name: word,
      async reflect(traces, { createdAt }) {
        const [trace] = await Array.fromAsync(traces)
        const memory = { title: word, description: word, content: 'add both', sourceTask: trace.task, sourceTraces: [trace.id], success: true, createdAt, embedding: [], reflector: word }
        return [{ id: memoryId(memory), ...memory }]
      },
    })`,
    "import { memoryId } from '@whetstone/core'",
  ),
  'packages/reports/src/charts/dropped.ts': plugin(
    "({ of: 'round', title: word, spec: ({ round }) => ({ title: `${word} of round ${round}`, data: { values: [{ a: 1 }] }, mark: 'point', encoding: { x: { field: 'a' } } }) })",
  ),
  'packages/reports/src/hooks/dropped.ts': `import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runFiles } from '@whetstone/runs'
export default { name: 'dropped', about: 'dropped in by a test', hear: async ({ run, round }) => writeFileSync(join(runFiles(run).reports, 'heard.txt'), String(round.round)) }
`,
  'packages/grading/src/graders/dropped.ts': `import { z } from 'zod'
import { grader } from '../grader.ts'
import { verdict } from '../verify/verdict.ts'
export default grader({ name: 'dropped', about: 'dropped in by a test', settings: z.strictObject({}), grade: ({ gold, answer }) => verdict(answer.length === gold.length, answer) })
`,
  'packages/datasets/src/exports/dropped.ts': `import { z } from 'zod'
import { defineExport } from '../define-export.ts'
export default defineExport({
  name: 'dropped', about: 'dropped in by a test', source: 'this test', kind: 'sft', container: 'jsonl', file: 'dropped.jsonl', thinking: 'inline',
  row: z.strictObject({ said: z.string() }),
  toRow: ({ messages }) => ({ said: messages.at(-1)?.content ?? '' }),
})
`,
  'loops/recipes/dropped.ts': `import format from '@whetstone/datasets/formats/dropped.ts'
import filter from '@whetstone/harvest/filters/dropped.ts'
import backend from '@whetstone/inference/backends/dropped.ts'
import embedder from '@whetstone/inference/embedders/dropped.ts'
import { defineRecipe } from '@whetstone/recipe'
import gate from '@whetstone/gates/gates/dropped.ts'
import reflector from '@whetstone/memory/reflectors/dropped.ts'
import solver from '@whetstone/solvers/solvers/dropped.ts'
import taskset from '@whetstone/tasks/tasksets/dropped.ts'
import trainer from '@whetstone/training/trainers/dropped.ts'

export default defineRecipe({
  name: 'dropped', about: 'made of what a test dropped in', model: 'models/tiny', backend: backend(), solver: solver(), trainer: trainer(), gate: gate(),
  courses: [{ taskset: taskset(), train: 24, samples: 1, validation: 24 }],
  memory: { embedder: embedder(), reflector: reflector(), k: 1, holdout: 0, deploy: true, render: (memories) => memories.map(({ content }) => content).join('') },
  harvest: [filter()], formats: [format()],
  settings: { seed: 1, pairs: 0, chunk: 16 },
})
`,
  'packages/cli/src/commands/loops/dropped.ts': `import { pluginKinds } from '@whetstone/core'
import { loadPlugin } from '@whetstone/core'
import { defineCommand } from '../../command.ts'
export default defineCommand({
  about: 'dropped in by a test', examples: ['npx nx run loops:dropped'], flags: { shout: { type: 'boolean', about: 'say it' } },
  async run({ shout }) {
    for (const kind of pluginKinds) console.log(kind, (await loadPlugin(kind, 'dropped')).name, shout)
  },
})
`,
}

function command(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(copy, 'packages/cli/whetstone.mjs'), ...args], {
    cwd: copy,
    encoding: 'utf8',
    env: { ...process.env, WHETSTONE_ROOT: undefined, WHETSTONE_HERE: undefined, WHETSTONE_PROGRESS: 'none' },
  })
  assert.is(status, 0, `${args.join(' ')}: ${stderr}${stdout}`)
  return stdout
}

test.before(() => {
  const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard', 'packages', 'loops', 'tools', 'models', 'package.json'], {
    cwd: root,
    encoding: 'utf8',
  })
  for (const file of tracked.split('\n').filter((name) => name !== '' && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(copy, file)), { recursive: true })
    cpSync(join(root, file), join(copy, file))
  }
  // The same node_modules, but our packages are the copy's.
  mkdirSync(join(copy, 'node_modules/@whetstone'), { recursive: true })
  for (const name of readdirSync(join(root, 'node_modules')))
    if (name !== '@whetstone') symlinkSync(join(root, 'node_modules', name), join(copy, 'node_modules', name))
  for (const name of readdirSync(join(copy, 'packages'))) symlinkSync(`../../packages/${name}`, join(copy, 'node_modules/@whetstone', name))
  for (const [file, text] of Object.entries(files)) writeFileSync(join(copy, file), text)
})

test('every kind of plug-in is found by the name of its file, and so is a command', () => {
  assert.match(command('loops:help'), /^ +loops:dropped +dropped in by a test$/m)
  assert.equal(
    command('loops:dropped', '--shout').trim().split('\n'),
    pluginKinds.map((kind) => `${kind} dropped true`),
  )
})

test('a recipe of dropped-in files runs a round to its end', () => {
  assert.match(command('loops:cycle', '--recipe=dropped', '--hook=dropped'), /=> kept: dropped/)
  const round = Round.parse(JSON.parse(readFileSync(join(copy, 'reports/dropped/round-001/round.json'), 'utf8')))
  assert.equal([round.recipe, round.training?.trainer, round.training?.steps], ['dropped', 'dropped', 7])
  assert.equal([round.harvest.attempted, round.harvest.passed], [24, 19])
  assert.is(round.bank.size, 1)
  assert.is(readFileSync(join(copy, 'reports/dropped/heard.txt'), 'utf8'), '1')
  assert.match(readFileSync(join(copy, 'reports/dropped/round-001/dropped.svg'), 'utf8'), /dropped of round 1/)
  assert.match(readFileSync(join(copy, 'reports/dropped/round-001/report.html'), 'utf8'), /dropped of round 1/)
  assert.equal([...new Set(round.evaluations.map(({ taskset }) => taskset))], ['dropped'])
  assert.match(readFileSync(join(copy, 'datasets/dropped/round-001/dropped.txt'), 'utf8'), /^(.*\d+\+1 = \d+\n)+$/)
  const [trace] = readFileSync(join(copy, 'datasets/dropped/round-001/traces.jsonl'), 'utf8').split('\n')
  assert.is((JSON.parse(trace as string) as { solver: string }).solver, 'dropped')
})

test('an export and a grader are taken by name', () => {
  command('datasets:export', '--run=dropped', '--format=dropped', '--out=out.jsonl')
  assert.match(readFileSync(join(copy, 'out.jsonl'), 'utf8'), /^\{"said":"\d+"\}\n/)
  writeFileSync(join(copy, 'rows.jsonl'), '{"gold":"abc","pred":"xyz"}\n{"gold":"abc","pred":"x"}\n')
  assert.match(command('loops:grade', '--file=rows.jsonl', '--out=verdicts.jsonl', '--grader=dropped'), /2 rows, 1 correct/)
})

test('AGENTS.md names these places and no others', () => {
  const table = readFileSync(join(root, 'AGENTS.md'), 'utf8')
    .split('\n')
    .filter((line) => /^\| [a-z ]+ \| `[^`]+<name>\.ts`/.test(line))
  const named = table.map((line) => (/`([^`]+)`/.exec(line)?.[1] ?? '').replace('<project>', 'loops').replace('<name>', 'dropped'))
  assert.equal(named.sort(), Object.keys(files).sort())
})

test.after(() => rmSync(copy, { recursive: true, force: true }))
test.run()
