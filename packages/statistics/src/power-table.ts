import { powerAt } from './minimum-detectable-effect.ts'
import { requiredTasks } from './required-tasks.ts'

export type PowerRow = { effect: number; power: number; needed: number }

/**
 * What a comparison on n tasks can find: for each true gain the chance that the gate sees it, and the tasks that 80% would need.
 * `designEffect` inflates for clusters.
 */
export function powerTable(
  { n, discordance, alpha, designEffect = 1 }: { n: number; discordance: number; alpha: number; designEffect?: number },
  effects: readonly number[] = [0.02, 0.05, 0.1, 0.2],
): PowerRow[] {
  const effective = Math.floor(n / designEffect)
  return effects.map((effect) => ({
    effect,
    power: powerAt(effect, effective, discordance, alpha),
    needed: Math.ceil(requiredTasks({ effect, discordance, alpha }) * designEffect),
  }))
}
