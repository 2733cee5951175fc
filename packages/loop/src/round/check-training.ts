import type { Model } from '@whetstone/core'
import { BadInput } from '@whetstone/core'
import type { Recipe } from '@whetstone/recipe/recipe.ts'

/** Settings of training and serving that contradict each other, or the base, are found before the first attempt and not after the last. */
export function checkTraining({ name, trainer, formats, serve, micro }: Recipe, base: Model): void {
  if (trainer === null || base.path === null) return
  if (!micro && trainer.reads.length > 0 && !formats.some((format) => trainer.reads.includes(format.name)))
    throw new BadInput(
      `recipe ${name}: trainer ${trainer.name} reads ${trainer.reads.join(' or ')}, and the recipe's formats are ${formats.map((format) => format.name).join(', ') || 'none'}: add the one to its formats`,
    )
  const makes = trainer.makes?.(base)
  if (typeof serve === 'object' && 'adapter' in serve && makes === 'weights')
    throw new BadInput(
      `recipe ${name}: serve scales an adapter by ${serve.adapter}, and trainer ${trainer.name} makes whole weights here: take serve: 'adapter' (they are served as they are), or trainer.weights: 'lora'`,
    )
}
