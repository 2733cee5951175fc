import { join, relative } from 'node:path'
import { BadInput, dataRoot, paths, redact, writeAtomic, writeJson } from '@whetstone/core'
import type { System, SystemOptions } from '@whetstone/studies/reproduce/system.ts'
import type { Recipe } from '@whetstone/recipe/recipe.ts'
import { systems } from '@whetstone/studies/reproduce/systems.ts'
import { ensureTools } from '@whetstone/native'
import { readReasoning } from '@whetstone/solvers'
import { reproductionPage } from '@whetstone/reports/reproduction-page.ts'
import type { Reproduction } from '@whetstone/runs'
import { checkRunName, runFiles } from '@whetstone/runs'
import { chainsTeacher } from '@whetstone/tasks'
import type { Teacher } from '@whetstone/core'
import type { Study } from '@whetstone/studies/self-train/study.ts'
import { stopwatch } from '@whetstone/studies/self-train/stopwatch.ts'
import { defineCommand } from '../../command.ts'
import { recipeFlags, resolveRecipe, type RecipeFlags } from '../../recipe/resolve-recipe.ts'
import { studyOf } from '../../recipe/study-of.ts'

const usual = { recipe: 'chains', solved: 4, frontier: 5, prompts: 'chains-1', reliability: 1 } as const

export default defineCommand({
  about:
    "a founding system's experiment with its controls on models/chains, or on any recipe's model and first taskset; a page with its figures beside ours",
  flags: {
    ...recipeFlags,
    recipe: { type: 'string', default: usual.recipe, about: 'whose model, taskset and backend are used' },
    system: { type: 'string', default: 'open-reasoner', choices: Object.keys(systems), about: 'which of the founding systems' },
    quick: { type: 'boolean', about: 'smaller: minutes on two cores' },
    seeds: { type: 'number', min: 1, about: 'seeds that the training experiments are run with (default 3, with --quick 1)' },
    solved: { type: 'number', min: 1, default: usual.solved, about: 'the highest level that the model has' },
    frontier: { type: 'number', min: 1, default: usual.frontier, about: 'the lowest level that it half has' },
    prompts: { type: 'string', default: usual.prompts, about: "a file of the solvers' prompts" },
    reliability: {
      type: 'number',
      min: 0,
      max: 1,
      whole: false,
      default: usual.reliability,
      about: 'of the program that is the teacher on chains',
    },
    reuse: {
      type: 'file',
      about: "--system=distillation: an earlier run's traces to go on from (default: what one pass comes to at once)",
    },
    run: { type: 'string', about: 'name of the folder below reports/ (default: reproduce-SYSTEM)' },
  },
  examples: [
    'npx nx run loops:reproduce --system=open-reasoner --quick',
    'npx nx run loops:reproduce --system=r3 --seeds=3',
    'npx nx run loops:reproduce --system=distillation',
    'npx nx run loops:reproduce --system=r3 --teacher=groq:llama-3.3-70b-versatile --teacher-tokens=200000',
  ],
  async run(flags, signal) {
    const system = systems[flags.system] as System
    if (flags.reuse !== undefined && system.name !== 'distillation')
      throw new BadInput(
        `--reuse=${flags.reuse}: --system=${system.name} goes on from no earlier reasoning: leave it out, or take --system=distillation`,
      )
    const reuse = flags.reuse === undefined ? undefined : readReasoning(flags.reuse)
    const run = checkRunName(flags.run ?? `reproduce-${system.name}${flags.quick ? '-quick' : ''}`)
    const { recipe, base } = await resolveRecipe({ ...flags, endpoint: [] }, { ledger: runFiles(run).spending })
    await ensureTools(['llama-sample', 'llama-train', 'llama-score'])
    const folder = paths.reports(run)
    const study = studyOf(recipe, base, { name: run, folder: join(paths.checkpoints(run)), threads: flags.threads, signal })
    const { basic, advanced } = teachersOf(flags, recipe.teachers, study)
    using clock = stopwatch(join(study.folder, 'seconds.json'))
    const outcome = await system.run({
      ...{ study, recipe, prompts: flags.prompts, solved: flags.solved, frontier: flags.frontier, quick: flags.quick, limit: flags.limit },
      teachers: { basic, advanced },
      seeds: Array.from({ length: flags.seeds ?? (flags.quick ? 1 : 3) }, (_, i) => study.seed + i),
      reuse,
      print: (line) => console.log(line),
    })
    const reproduction: Reproduction = {
      ...{
        system: system.name,
        about: system.about,
        original: system.original,
        model: base.name,
        taskset: study.taskset.name,
        seed: study.seed,
      },
      ...{ quick: flags.quick, command: commandOf(system.name, flags) },
      seconds: clock.stop(),
      ...outcome,
      tables: outcome.tables.map((table) => ({ note: '', ...table })),
    }
    writeJson(join(folder, 'reproduction.json'), reproduction)
    writeAtomic(join(folder, 'reproduction.html'), await reproductionPage(reproduction))
    for (const sentence of reproduction.verdict) console.log(sentence)
    console.log(`page ${relative(dataRoot, join(folder, 'reproduction.html'))}`)
  },
})

/** Flags that make a difference to the figures, beside --quick and --set. */
const shownFlags = [
  ...(['recipe', 'limit', 'seed', 'model', 'seeds', 'solved', 'frontier', 'prompts', 'reliability', 'reuse'] as const),
  ...(['teacher', 'advanced-teacher'] as const),
]

/** The command with what makes a difference to its figures, to be shown beside them. */
function commandOf(
  system: string,
  { quick, set, ...flags }: Pick<RecipeFlags, 'set'> & { quick: boolean } & Partial<Record<(typeof shownFlags)[number], unknown>>,
): string {
  const given = shownFlags.filter((name) => flags[name] !== undefined && flags[name] !== (usual as Record<string, unknown>)[name])
  const shown = [...given.map((name) => `--${name}=${String(flags[name])}`), ...(set ?? []).map((each) => `--set ${each}`)]
  // An address may hold a password.
  return redact(['npx nx run loops:reproduce', `--system=${system}`, ...(quick ? ['--quick'] : []), ...shown].join(' '))
}

/** Endpoints where they are named; programs on chains otherwise. */
function teachersOf(
  { reliability }: { reliability: number },
  { basic, advanced }: Recipe['teachers'],
  study: Study,
): SystemOptions['teachers'] {
  const named = { basic: asTeacher(basic), advanced: asTeacher(advanced) }
  if (named.basic) return { basic: named.basic, advanced: named.advanced ?? named.basic }
  if (study.taskset.name !== 'chains')
    throw new BadInput(`${study.taskset.name} has no program for a teacher: name one with --teacher=URL or --teacher=PRESET:MODEL`)
  return { basic: chainsTeacher({ reliability }), advanced: named.advanced ?? chainsTeacher() }
}

const asTeacher = (role: Recipe['teachers']['basic']): Teacher | undefined => (role && 'open' in role ? role : undefined)
