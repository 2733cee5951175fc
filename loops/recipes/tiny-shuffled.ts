import shuffled from '@whetstone/training/trainers/shuffled.ts'
import type { Recipe } from '@whetstone/recipe'
import tiny from './tiny.ts'

/** The control of recipe tiny: the same round, trained on the same rows with their answers dealt out at random. Its candidate must be kept, not promoted. */
const control: Recipe = {
  ...tiny,
  name: 'tiny-shuffled',
  about: 'the control of tiny: the same rows with shuffled answers; its candidate must not be promoted',
  trainer: tiny.trainer && shuffled({ of: tiny.trainer }),
}
export default control
