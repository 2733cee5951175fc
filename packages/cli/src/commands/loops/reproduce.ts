import { join, relative } from 'node:path'
import { BadInput, dataRoot, paths, writeAtomic, writeJson } from '@whetstone/core'
import type { System } from '@whetstone/loop/reproduce/system.ts'
import { systems } from '@whetstone/loop/reproduce/systems.ts'
import { ensureTools } from '@whetstone/native'
import { reproductionPage } from '@whetstone/reports/reproduction-page.ts'
import type { Reproduction } from '@whetstone/runs'
import { checkRunName } from '@whetstone/runs'
import { chainsTeacher } from '@whetstone/tasks'
import openai from '@whetstone/inference/backends/openai.ts'
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
    run: { type: 'string', about: 'name of the folder below reports/ (default: reproduce-SYSTEM)' },
  },
  examples: [
    'npx nx run loops:reproduce --system=open-reasoner --quick',
    'npx nx run loops:reproduce --system=r3 --seeds=3',
    'npx nx run loops:reproduce --system=distillation',
  ],
  async run(flags, signal) {
    const { recipe, base } = await resolveRecipe({ ...flags, endpoint: undefined })
    await ensureTools(['llama-sample', 'llama-train', 'llama-score'])
    const system = systems[flags.system] as System
    const run = checkRunName(flags.run ?? `reproduce-${system.name}${flags.quick ? '-quick' : ''}`)
    const folder = paths.reports(run)
    const study = studyOf(recipe, base, { name: run, folder: join(paths.checkpoints(run)), threads: flags.threads, signal })
    const program = (reliability: number) => chainsTeacher({ reliability })
    const endpoint = flags.endpoint === undefined ? null : { url: flags.endpoint, model: flags['endpoint-model'] }
    if (endpoint === null && study.taskset.name !== 'chains')
      throw new BadInput(`${study.taskset.name} has no program for a teacher: name one with --endpoint=URL`)
    const served = endpoint && { name: endpoint.model ?? endpoint.url, open: () => openai(endpoint).open(base, study) }
    const started = performance.now()
    const outcome = await system.run({
      ...{ study, recipe, prompts: flags.prompts, solved: flags.solved, frontier: flags.frontier, quick: flags.quick },
      teachers: { basic: served ?? program(flags.reliability), advanced: served ?? program(1) },
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
      ...{ quick: flags.quick, command: `npx nx run loops:reproduce --system=${system.name}${flags.quick ? ' --quick' : ''}` },
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
