import type { Evaluation, GateRequest } from '@whetstone/core'
import type { Paired } from '@whetstone/statistics'
import { gatePairs } from './gate-pairs.ts'

export type Compared = { kind: 'candidate' | 'memory' | 'none'; arm: string; where: string; pairs: Paired[]; unpaired: number }

/** Which two arms the decision rests on, and on which tasks. */
export function choosePairs({ evaluations, frontier, memory }: Pick<GateRequest, 'evaluations' | 'frontier' | 'memory'>): Compared {
  const setting = `memory ${memory ? 'on' : 'off'}`
  const candidate = evaluations.filter((arm) => arm.model === 'candidate' && arm.memory === memory)
  if (evaluations.some((arm) => arm.model === 'candidate')) {
    const incumbent = evaluations.filter((arm) => arm.model === 'incumbent' && arm.memory === memory)
    const named = ({ taskset, level }: Evaluation) =>
      frontier.length === 0 || frontier.some((each) => each.taskset === taskset && each.level === level)
    const where = frontier.length === 0 ? 'all levels' : nameLevels(frontier)
    return {
      kind: 'candidate',
      arm: `candidate vs incumbent, ${setting}`,
      where,
      ...gatePairs(incumbent.filter(named), candidate.filter(named)),
    }
  }
  const { on, off } = splitByMemory(evaluations, 'incumbent')
  if (on.length > 0 && off.length > 0) return { kind: 'memory', arm: 'memory on vs off', where: 'all levels', ...gatePairs(off, on) }
  return { kind: 'none', arm: 'none', where: 'nowhere', pairs: [], unpaired: 0 }
}

/** `addition level 5`, `addition levels 5, 6, 7`; several tasksets after one another. */
function nameLevels(levels: GateRequest['frontier']): string {
  return [...Map.groupBy(levels, ({ taskset }) => taskset)]
    .map(([taskset, own]) => `${taskset} level${own.length > 1 ? 's' : ''} ${own.map(({ level }) => level).join(', ')}`)
    .join(' and ')
}

export function splitByMemory(arms: readonly Evaluation[], model: Evaluation['model']) {
  const own = arms.filter((arm) => arm.model === model)
  return { on: own.filter((arm) => arm.memory), off: own.filter((arm) => !arm.memory) }
}
