import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Evaluation, Model, Round } from '@whetstone/core'
import { hash, paths, readJson, toRecord, writeJson } from '@whetstone/core'
import type { Recipe } from '@whetstone/recipe'
import type { Roles } from '@whetstone/recipe/models-of.ts'
import { describeRecipe } from '@whetstone/recipe/describe-recipe.ts'
import { cycle } from '@whetstone/loop/round/cycle.ts'
import { measurePolicy, testTasks } from '@whetstone/attempts/measure-policy.ts'
import { Incumbent, readIncumbent, roundFiles } from '@whetstone/runs'
import { z } from 'zod'
import { AblationResult, type Cell } from './ablation-result.ts'
import { checkAlike, versionsOf } from './check-alike.ts'
import type { AblationArm } from './read-arms.ts'

export type Ablation = {
  name: string
  arms: readonly AblationArm[]
  seeds: readonly number[]
  rounds: number
  /** Test tasks a level, and the highest level of climbed courses. */
  tasks: number
  top?: number
  base: Model
  /** Models of a recipe's roles; absent where no arm has any. */
  rolesOf?: (recipe: Recipe) => Promise<Roles>
  threads?: number
  signal: AbortSignal
  report: (round: Round) => Promise<void>
  /** Said of each run as it ends. */
  done: (result: AblationResult, left: number) => void
}

/** Runs every arm with every seed, one after the other, all arms of a seed first. What is finished is not done again; what was stopped goes on. */
export async function runAblation(ablation: Ablation): Promise<AblationResult[]> {
  const { arms, seeds } = ablation
  const queue = seeds.flatMap((seed) => arms.map((arm) => ({ arm, seed })))
  const results: AblationResult[] = []
  for (const [place, { arm, seed }] of queue.entries()) {
    ablation.signal.throwIfAborted()
    const versions = versionsOf(arm.recipe)
    const file = join(paths.reports(ablation.name), `${arm.name}-seed-${seed}.json`)
    const known = existsSync(file) ? readJson(file, AblationResult) : null
    const result = known ?? (await runArm(ablation, arm, seed, versions))
    if (!known) writeJson(file, toRecord(result))
    checkAlike(result, ablation, { arm, versions })
    results.push(result)
    ablation.done(result, queue.length - place - 1)
  }
  return results
}

async function runArm(ablation: Ablation, arm: AblationArm, seed: number, versions: AblationResult['versions']): Promise<AblationResult> {
  const { base, threads, signal, rounds, tasks, top } = ablation
  const run = `${ablation.name}-${arm.name}-s${seed}`
  // the watch for collapse would end some arms early, and arms are to have done the same rounds
  const recipe: Recipe = { ...arm.recipe, settings: { ...arm.recipe.settings, seed, probe: { ...arm.recipe.settings.probe, tasks: 0 } } }
  const roles = await ablation.rolesOf?.(recipe)
  const finished: Round[] = []
  await cycle({
    ...{ recipe, base, roles, run, until: { round: rounds }, seedGiven: true, threads, signal, report: ablation.report },
    ...{ finished: () => {}, print: () => {} },
  })
  for (let round = 1; round <= rounds; round++) finished.push(readJson(roundFiles(run, round).round, roundSchema))
  const last = readIncumbent(run) ?? readJson(roundFiles(run, 0).served, Incumbent)
  const groups = await testTasks(recipe, { limit: tasks, top, seed })
  const measured = async (weights: Cell['weights'], model: Model, bank: string | null): Promise<Cell> => ({
    weights,
    memory: bank !== null,
    levels: (
      await measurePolicy({ model, bank }, { recipe, roles, run, groups, name: `${weights}-${bank ? 'memory' : 'bare'}`, threads, signal })
    ).map(toLevel),
  })
  const banks = recipe.memory && last.bank !== null ? [null, last.bank] : [null]
  const cells: Cell[] = []
  for (const bank of banks) {
    const first = await measured('first', base, bank)
    cells.push(first, last.model.id === base.id ? { ...first, weights: 'last' } : await measured('last', last.model, bank))
  }
  return {
    arm: arm.name,
    seed,
    recipe: hash(describeRecipe(arm.recipe)),
    versions,
    model: base.id,
    tasks,
    top: top ?? null,
    deployed: recipe.memory?.deploy === true && last.bank !== null,
    promoted: finished.map(({ decision }) => decision.promoted),
    tokens: finished.reduce((sum, { cost }) => sum + cost.tokens.completion, 0),
    cells,
  }
}

const roundSchema = z.custom<Round>((value) => typeof value === 'object' && value !== null && 'decision' in value)
const toLevel = ({ taskset, level, n, outcomes }: Evaluation) => ({
  taskset,
  level,
  n,
  passed: outcomes.reduce((sum, { passed, attempts }) => sum + passed / attempts, 0),
})
