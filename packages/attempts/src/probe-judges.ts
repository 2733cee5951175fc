import { deriveSeed, sayJudged, type Judged } from '@whetstone/core'
import type { RoundContext } from './round-context.ts'

/** How far the judge agrees with the answers of known verdict that task sets give, before anything is graded by it. Told on stderr, kept in round.json. */
export async function probeJudges({ recipe, models, incumbent, seed, round, signal }: RoundContext): Promise<Judged[]> {
  const asking = recipe.courses.map(({ taskset }) => taskset).filter(({ needsJudge }) => needsJudge)
  const teacher = models.teachers(incumbent.model)['judge']
  if (asking.length === 0 || !teacher) return []
  await using judge = await teacher.open()
  const judged: Judged[] = []
  for (const { name, probeJudge } of asking) {
    const found = await probeJudge?.(judge, { seed: deriveSeed(seed, 'judge', name, round), signal })
    if (!found) {
      process.stderr.write(
        `${name} is judged by ${teacher.name}: nobody knows how well (give answers of known verdict as the setting probe)\n`,
      )
      continue
    }
    judged.push({ taskset: name, model: teacher.name, ...found })
    process.stderr.write(`${name}: ${sayJudged({ taskset: name, model: teacher.name, ...found })}\n`)
  }
  return judged
}
