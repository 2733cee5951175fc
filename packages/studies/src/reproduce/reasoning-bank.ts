import type { Phase1Summary, ReproductionTable } from '@whetstone/runs'
import revise from '@whetstone/solvers/solvers/revise.ts'
import { BadInput, showP } from '@whetstone/core'
import { phase1, type Phase1Options } from '../phase1/phase1.ts'
import type { Course, Recipe } from '@whetstone/recipe/recipe.ts'
import type { System, SystemOptions } from './system.ts'
import { interval, percent, withInterval } from './system.ts'

/** The course that memories are about: the first whose taskset is called after keys, else the recipe's first. */
const learned = ({ courses }: Recipe): Course => courses.find(({ taskset }) => /keys|operators/.test(taskset.name)) ?? courses[0]!

export const reasoningBank: System = {
  name: 'reasoning-bank',
  about:
    'memories distilled from graded attempts, shown again on new tasks: baseline, memory, random memories, bank sizes, MaTTS, transfer',
  original: [
    {
      what: 'Qwen3-1.7B on MATH level 3-4, 223 memories',
      figure: '40.0 to 48.0% (16 wins, 8 losses: p = 0.152)',
      source: 'ReasoningBank SLM',
    },
    { what: 'WebArena', figure: '40.5 to 48.8', source: 'arXiv 2509.25140' },
    { what: 'memories shown at once, 0 to 4', figure: '39.0, 49.7, 46.0, 45.5, 44.4', source: 'arXiv 2509.25140' },
    { what: 'MaTTS k = 5, parallel / sequential', figure: '55.1 / 54.5', source: 'arXiv 2509.25140' },
  ],
  async run(options) {
    const { study, recipe, quick, print } = options
    if (!recipe.memory) throw new BadInput(`Recipe ${recipe.name} has no memory: reasoning-bank has nothing to show`)
    const course = learned(recipe)
    const main = await measured(options, 'memory', recipe, course)
    print(
      `baseline ${percent(main.baseline.accuracy)}%, memory ${percent(main.memory.accuracy)}%, random ${percent(main.control.accuracy)}%`,
    )
    // Several attempts a task at the same time, or one after the other with the grade's feedback: what more of them teach the bank.
    const scaled: { how: string; k: number; summary: Phase1Summary }[] = []
    for (const k of quick ? [1, 4] : [1, 2, 4, 8]) {
      scaled.push({ how: 'parallel', k, summary: await measured(options, `parallel-${k}`, recipe, { ...course, samples: k }) })
      // Test tasks are attempted as everywhere: there nobody says which answers are wrong, and a second look unlearns right ones.
      const learning = k === 1 ? recipe.solver : revise({ rounds: k - 1, critic: 'grade', prompts: options.prompts })
      scaled.push({
        how: 'sequential',
        k,
        summary: await measured(options, `sequential-${k}`, recipe, { ...course, samples: 1 }, { learning }),
      })
    }
    const taskset = {
      ...course.taskset,
      name: `${course.taskset.name}-3`,
      load: (request: Parameters<typeof course.taskset.load>[0]) => course.taskset.load({ ...request, levels: [3] }),
    }
    const transfer = await measured(
      options,
      'transfer',
      { ...recipe, courses: [course, { ...course, taskset: renamed(taskset) }] },
      course,
      { testOn: taskset.name },
    )
    const { memoryMinusBaseline: gain, memoryMinusControl: above, wins, losses, leaks } = main
    const holds = above.difference > 0.03 && main.pValue < 0.05 && leaks.audit === 0
    return {
      ours: [
        {
          what: 'memory against baseline, points',
          value: percent(gain.difference),
          interval: [percent(gain.ci[0]), percent(gain.ci[1])],
          n: main.n,
          p: gain.pValue,
        },
        { what: 'the same, relative to the baseline, %', value: percent(gain.difference / Math.max(1e-9, main.baseline.accuracy)) },
        {
          what: 'memory against random memories, points',
          value: percent(above.difference),
          interval: [percent(above.ci[0]), percent(above.ci[1])],
          n: main.n,
          p: main.pValue,
        },
        {
          what: 'memory against baseline on longer chains (transfer), points',
          value: percent(transfer.memoryMinusBaseline.difference),
          interval: [percent(transfer.memoryMinusBaseline.ci[0]), percent(transfer.memoryMinusBaseline.ci[1])],
          n: transfer.n,
          p: transfer.memoryMinusBaseline.pValue,
        },
        { what: 'leaks found by the audit', value: leaks.audit },
      ],
      tables: [armTable(main), sizeTable(main), scalingTable(scaled)],
      charts: [
        {
          title: 'Accuracy by memories in the bank',
          x: 'memories',
          y: 'passed, %',
          points: main.bankSizes.map(({ size, accuracy, ci }) => ({
            series: 'memory',
            x: size,
            y: percent(accuracy),
            low: percent(ci[0]),
            high: percent(ci[1]),
          })),
        },
        {
          title: 'MaTTS',
          x: 'attempts a train task',
          y: 'passed with memory, %',
          points: scaled.map(({ how, k, summary: { memory } }) => ({
            ...{ series: how, x: k, y: percent(memory.accuracy) },
            ...{ low: percent(memory.ci[0]), high: percent(memory.ci[1]) },
          })),
        },
      ],
      verdict: [
        `The original's rule (more than 3 points over the control, significant, no leak) ${holds ? 'is met' : 'is NOT met'}: ${percent(above.difference)} points, p ${showP(main.pValue)}, ${leaks.audit} leaks; ${wins} wins and ${losses} losses against random memories.`,
        'These memories are lines that a program reads off attempts that passed; the model does not write them. It shows what recall and its controls do, not how well a model distils.',
        `Study ${study.name}: ${main.bank.size} memories from ${main.bank.trainAttempts} train attempts, of which ${main.bank.trainPassed} passed.`,
      ],
    }
  },
}

/** Another name for the same tasks: grades go by the taskset's name, which is in every task. */
function renamed(taskset: Course['taskset']): Course['taskset'] {
  const load: typeof taskset.load = async (request) => (await taskset.load(request)).map((task) => ({ ...task, taskset: taskset.name }))
  return { ...taskset, load }
}

async function measured(
  { study, quick }: SystemOptions,
  arm: string,
  recipe: Recipe,
  course: Course,
  { testOn, learning }: Partial<Pick<Phase1Options, 'testOn' | 'learning'>> = {},
): Promise<Phase1Summary> {
  const courses = recipe.courses.length > 1 && testOn ? recipe.courses : [course]
  const tasks = quick ? 128 : 400
  const limited = courses.map((each) => ({ ...each, train: Math.min(each.train, quick ? 192 : 640) }))
  return await phase1({
    ...{
      recipe: { ...recipe, courses: limited, settings: { ...recipe.settings, evalSamples: 1 } },
      base: study.model,
      run: `${study.name}-${arm}`,
    },
    ...{
      bankFrom: course.taskset.name,
      testOn,
      learning,
      tasks,
      sizes: ['1/8', '1/4', '1/2', 'all'],
      redo: false,
      threads: study.threads,
      signal: study.signal,
    },
    report: async () => {},
  })
}

const armTable = ({ baseline, memory, control, n, clusters }: Phase1Summary): ReproductionTable => ({
  title: 'A frozen model without memory, with what it recalls, with random memories of the same length',
  note: `${n} test tasks in ${clusters} clusters.`,
  columns: ['arm', 'passed, %', '95% interval', 'prompt tokens'],
  rows: Object.entries({ baseline, memory, 'random memories': control }).map(([name, { accuracy, ci, tokens }]) => [
    name,
    percent(accuracy),
    interval(ci),
    tokens.prompt,
  ]),
})

const sizeTable = ({ bankSizes }: Phase1Summary): ReproductionTable => ({
  title: 'Bank sizes',
  columns: ['share', 'memories', 'passed, %', '95% interval'],
  rows: bankSizes.map(({ share, size, accuracy, ci }) => [share, size, percent(accuracy), interval(ci)]),
})

const shown = ({ accuracy, ci: [low, high] }: Phase1Summary['memory']) => withInterval(accuracy, { low, high })

const scalingTable = (scaled: readonly { how: string; k: number; summary: Phase1Summary }[]): ReproductionTable => ({
  title: 'MaTTS: attempts at each train task, in parallel or one after the other',
  note: 'One after the other: the grade says wrong, and the same conversation goes on. Each bank is tried on the same test tasks, one attempt each; with 95% intervals.',
  columns: ['how', 'k', 'memories', 'passed with memory, %', 'baseline, %'],
  rows: scaled.map(({ how, k, summary }) => [how, k, summary.bank.size, shown(summary.memory), shown(summary.baseline)]),
})
