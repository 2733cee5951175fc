import { BadInput, rate } from '@whetstone/core'
import { unreadable } from '@whetstone/inference'
import type { Recipe } from '@whetstone/recipe/recipe.ts'

/** Train tasks of each course that are looked at. */
const most = 64

type Unread = NonNullable<ReturnType<typeof unreadable>>

/** Which characters, at most so many of them. */
export const sayUnread = (model: string, { prompts, of, characters, known }: Unread): string =>
  `${model} has no token of its own for ${characters
    .slice(0, 12)
    .map((character) => JSON.stringify(character))
    .join(' ')}${characters.length > 12 ? ' …' : ''} in ${rate(prompts / of)} of the prompts; it was taught ${known}`

/**
 * Whether the weights can read what a round asks, by the characters of some train tasks. A round of which nothing can be read is refused before its first attempt, since all of it
 * would be 0%; where a part cannot, that is said.
 */
export async function checkReadable(
  { courses, settings }: Pick<Recipe, 'courses' | 'settings'>,
  model: { name: string; path: string | null },
  { seed, round }: { seed: number; round: number },
): Promise<string | null> {
  const tasks = await Promise.all(
    courses.map(({ taskset, levels }) =>
      taskset.load({ split: 'train', seed, round, limit: most, levels: levels ? [levels.frontier] : undefined }),
    ),
  )
  const found = unreadable(
    model.path,
    tasks.flat().map(({ prompt }) => prompt),
  )
  if (!found) return null
  const says = sayUnread(model.name, found)
  if (found.prompts === found.of && settings.unreadable === 'refuse')
    throw new BadInput(
      `${says}: nothing could be answered, so the round was not begun. Name a model that reads these tasks with --model=FILE.gguf or --endpoint=URL, or attempt them all the same with --set settings.unreadable=attempt`,
    )
  return says
}
