import { points } from '@whetstone/core'
import { minimumDetectableEffect } from '@whetstone/statistics'
import type { CountedTasks } from './count-tasks.ts'

/** Where a recipe asks for more tasks than there are: what was asked, what is there, what follows. */
export function sayShort(
  stock: CountedTasks['stock'],
  { tested, alpha, discordance }: { tested: number; alpha: number; discordance: number },
): string[] {
  return stock
    .filter(({ asked, most }) => asked > most)
    .map(({ taskset, split, asked, drawn, have, most }) => {
      const levels = have > most
      const there = levels ? `its largest level has ${most} (${have} in all)` : `there are ${have}`
      const asks = `the recipe asks for ${asked} ${split} tasks of ${taskset}${levels ? ' a level' : ''}, and ${there}: ${drawn} are attempted`
      if (split === 'train') return `${asks}. More samples of each (--samples) or more rows in the table make more training rows`
      const seen = (n: number) => {
        const effect = minimumDetectableEffect({ n, discordance, alpha })
        return effect >= 1 ? 'none at all' : `${points(effect)} points`
      }
      return levels
        ? `${asks}. Only more rows in the table show smaller gains`
        : `${asks}. The gate sees gains from ${seen(tested)} with them; ${asked} would show them from ${seen(asked)}. Only more rows in the table give more`
    })
}
