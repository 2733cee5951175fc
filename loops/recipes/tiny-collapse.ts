import always from '@whetstone/gates/gates/always.ts'
import type { Recipe } from '@whetstone/recipe'
import shuffledTiny from './tiny-shuffled.ts'

/** What collapse looks like: tiny-shuffled with a gate that promotes whatever comes. The watch for collapse sees it after the first round and ends the run. */
const collapse: Recipe = {
  ...shuffledTiny,
  name: 'tiny-collapse',
  about: 'tiny-shuffled under a gate that promotes everything: a planted collapse, which the watch must see after the first round',
  gate: always(),
}
export default collapse
