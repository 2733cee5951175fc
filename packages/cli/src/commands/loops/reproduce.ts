import { join, relative } from 'node:path'
import { BadInput, dataRoot, paths, writeAtomic, writeJson } from '@whetstone/core'
import type { System } from '@whetstone/studies/reproduce/system.ts'
import { systems } from '@whetstone/studies/reproduce/systems.ts'
import { ensureTools } from '@whetstone/native'
import { reproductionPage } from '@whetstone/reports/reproduction-page.ts'
import type { Reproduction } from '@whetstone/runs'
import { checkRunName } from '@whetstone/runs'
import { chainsTeacher } from '@whetstone/tasks'
import { endpointTeacher } from '@whetstone/inference'
import type { Teacher } from '@whetstone/core'
import type { Study } from '@whetstone/studies/self-train/study.ts'
import { defineCommand } from '../../command.ts'
import { recipeFlags, resolveRecipe } from '../../recipe/resolve-recipe.ts'
import { studyOf } from '../../recipe/study-of.ts'

export default defineCommand({
  about:
    "a founding system's experiment with its controls on models/chains, or on any recipe's model and first taskset; a page with its figures beside ours",
  flags: {
    ...recipeFlags,
    recipe: { type: 'string', default: 'chains', about: 'whose model, taskset and backend are used' },
    system: { type: 'string', default: 'open-reasoner', choices: Object.keys(systems), about: 'which of the founding systems' },
    quick: { type: 'boolean', about: 'smaller: minutes on two cores' },
    seeds: { type: 'number', min: 1, default: 3, about: 'seeds that the training experiments are run with' },
    solved: { type: 'number', min: 1, default: 4, about: 'the highest level that the model has' },
    frontier: { type: 'number', min: 1, default: 5, about: 'the lowest level that it half has' },
    prompts: { type: 'string', default: 'chains-1', about: "a file of the solvers' prompts" },
    reliability: { type: 'number', min: 0, max: 1, whole: false, default: 1, about: 'of the program that is the teacher on chains' },
    teacher: { type: 'string', about: 'who names errors: an http address, or PRESET:MODEL (default: a program, on chains)' },
    'advanced-teacher': { type: 'string', about: 'who takes what stays unsolved (default: as --teacher; a faultless program, on chains)' },
    'teacher-tokens': { type: 'number', min: 1, about: 'most tokens of an endpoint, prompts included' },
    'teacher-money': { type: 'number', min: 0, whole: false, about: 'most that it may cost; needs --teacher-price' },
    'teacher-price': { type: 'string', about: 'of a million tokens, PROMPT/COMPLETION, e.g. 0.15/0.60' },
    run: { type: 'string', about: 'name of the folder below reports/ (default: reproduce-SYSTEM)' },
  },
  examples: [
    'npx nx run loops:reproduce --system=open-reasoner --quick',
    'npx nx run loops:reproduce --system=r3 --seeds=3',
    'npx nx run loops:reproduce --system=distillation',
    'npx nx run loops:reproduce --system=r3 --teacher=groq:llama-3.3-70b-versatile --teacher-tokens=200000',
  ],
  async run(flags, signal) {
    const { recipe, base } = await resolveRecipe({ ...flags, endpoint: [] })
    await ensureTools(['llama-sample', 'llama-train', 'llama-score'])
    const system = systems[flags.system] as System
    const run = checkRunName(flags.run ?? `reproduce-${system.name}${flags.quick ? '-quick' : ''}`)
    const folder = paths.reports(run)
    const study = studyOf(recipe, base, { name: run, folder: join(paths.checkpoints(run)), threads: flags.threads, signal })
    const { basic, advanced } = teachersOf(flags, study)
    const started = performance.now()
    const outcome = await system.run({
      ...{ study, recipe, prompts: flags.prompts, solved: flags.solved, frontier: flags.frontier, quick: flags.quick, limit: flags.limit },
      teachers: { basic, advanced },
      seeds: Array.from({ length: flags.seeds }, (_, i) => study.seed + i),
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
      seconds: (performance.now() - started) / 1000,
      ...outcome,
      tables: outcome.tables.map((table) => ({ note: '', ...table })),
    }
    writeJson(join(folder, 'reproduction.json'), reproduction)
    writeAtomic(join(folder, 'reproduction.html'), await reproductionPage(reproduction))
    for (const sentence of reproduction.verdict) console.log(sentence)
    console.log(`page ${relative(dataRoot, join(folder, 'reproduction.html'))}`)
  },
})

/** The command with what makes a difference to its figures, to be shown beside them. */
function commandOf(
  system: string,
  {
    quick,
    limit,
    seed,
    model,
    seeds,
  }: { quick: boolean; limit: number | undefined; seed: number | undefined; model: string | undefined; seeds: number },
): string {
  const given = Object.entries({ limit, seed, model, seeds: seeds === 3 ? undefined : seeds }).flatMap(([name, value]) =>
    value === undefined ? [] : [` --${name}=${value}`],
  )
  return `npx nx run loops:reproduce --system=${system}${quick ? ' --quick' : ''}${given.join('')}`
}

type TeacherFlags = {
  reliability: number
  teacher: string | undefined
  'advanced-teacher': string | undefined
  'teacher-tokens': number | undefined
  'teacher-money': number | undefined
  'teacher-price': string | undefined
}

/** Endpoints where they are named, with one purse for both; programs on chains otherwise. */
function teachersOf(flags: TeacherFlags, study: Study): { basic: Teacher; advanced: Teacher } {
  const [, prompt, completion] = /^([\d.]+)\/([\d.]+)$/.exec(flags['teacher-price'] ?? '') ?? []
  if (flags['teacher-price'] !== undefined && completion === undefined)
    throw new BadInput(`--teacher-price=${flags['teacher-price']} is not PROMPT/COMPLETION, e.g. 0.15/0.60`)
  const price = completion === undefined ? undefined : { prompt: Number(prompt), completion: Number(completion) }
  const cap = { tokens: flags['teacher-tokens'], money: flags['teacher-money'], price }
  const spent = { prompt: 0, completion: 0, money: 0 }
  const at = (address: string) => endpointTeacher(address, study, cap, spent)
  if (flags.teacher) return { basic: at(flags.teacher), advanced: at(flags['advanced-teacher'] ?? flags.teacher) }
  if (study.taskset.name !== 'chains')
    throw new BadInput(`${study.taskset.name} has no program for a teacher: name one with --teacher=URL or --teacher=PRESET:MODEL`)
  return {
    basic: chainsTeacher({ reliability: flags.reliability }),
    advanced: flags['advanced-teacher'] ? at(flags['advanced-teacher']) : chainsTeacher(),
  }
}
