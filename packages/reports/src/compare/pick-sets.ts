import { BadInput, Round } from '@whetstone/core'
import { readServed } from './read-round.ts'
import type { Choice } from './choice.ts'
import { readLog } from './read-log.ts'
import { readResults } from './read-results.ts'
import type { ResultSet } from './result-set.ts'

/**
 * Which arms of the given files are compared: [control, treatments] each. One file: its first arm against its others. Several: the first
 * file against each other one, arm by arm where both name the same arms.
 */
export async function pickSets(files: readonly string[], choice: Choice): Promise<[ResultSet, ResultSet[]][]> {
  const [first, ...others] = files
  if (first === undefined) throw new BadInput('--files takes one or more result files, separated by commas')
  if (others.length === 0) {
    const [control, ...treatments] = await readResults(first, choice)
    if (!control || treatments.length === 0) throw new BadInput(`${first} holds one arm only: name a second file, --files=${first},OTHER`)
    return [[control, treatments]]
  }
  const read = async (file: string) => {
    const sets = await readResults(file, choice)
    // of a round what it left to be served
    return sets.some(({ role }) => role !== undefined) ? [await readServed(readLog(file, Round))] : sets
  }
  const controls = await read(first)
  const rest: { file: string; sets: ResultSet[] }[] = []
  for (const file of others) rest.push({ file, sets: await read(file) })
  if (controls.length === 1 && rest.every(({ sets }) => sets.length === 1))
    return [[controls[0] as ResultSet, rest.flatMap(({ sets }) => sets)]]
  const pairs = controls.map((control): [ResultSet, ResultSet[]] => [
    control,
    rest.flatMap(({ sets }) => sets.filter(({ arm }) => arm === control.arm)),
  ])
  const matched = pairs.filter(([, treatments]) => treatments.length > 0)
  const arms = (sets: readonly ResultSet[]) => sets.map(({ arm }) => arm || 'one arm').join(', ')
  if (matched.length === 0)
    throw new BadInput(
      `No arm is in both: ${first} holds ${arms(controls)}; ${rest.map(({ file, sets }) => `${file} holds ${arms(sets)}`).join('; ')}`,
    )
  return matched
}
