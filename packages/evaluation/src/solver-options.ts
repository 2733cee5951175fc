import { deriveSeed, type Asked, type Attempt, type SolveOptions, type Task, type Teacher } from '@whetstone/core'
import type { CollectRequest } from './collect-request.ts'

type Request = Pick<CollectRequest, 'sampling' | 'verify' | 'budget' | 'teachers' | 'mayGrade' | 'grade' | 'hint' | 'signal'> & {
  judge?: Teacher | undefined
}

/** Who grades an attempt's answers may ask. */
export const askedOf = ({ judge, signal }: Pick<Request, 'judge' | 'signal'>, { seed }: Pick<Attempt, 'seed'>): Asked => ({
  judge: judge && (() => judge.open()),
  seed: deriveSeed(seed, 'judge'),
  signal,
})

/** What a solver may use at these tasks, which it knows without their references: grades and hints only where it may see them. */
export function solverOptions(request: Request, tasks: ReadonlyMap<string, Task>, seedOf: (task: Task) => number): SolveOptions {
  const { hint } = request
  const whole = ({ id }: Task) => tasks.get(id) as Task
  return {
    sampling: request.sampling,
    verify: request.verify,
    budget: request.budget,
    teachers: request.teachers,
    // Only yes or no comes back of it.
    leaks: (task, text) => tellsReference(whole(task), text, hint),
    grade: request.mayGrade ? (task, answer) => request.grade(whole(task), answer, askedOf(request, { seed: seedOf(task) })) : undefined,
    hint: request.mayGrade && hint ? (task) => hint(whole(task)) : undefined,
    signal: request.signal,
  }
}

/** Whether a critique tells the answer: the hint (or the reference) stands in it as a word. */
function tellsReference(task: Task, text: string, hint: ((task: Task) => string) | undefined): boolean {
  const answer = (hint?.(task) ?? task.reference).trim()
  if (answer === '') return false
  const bound = (edge: string) => (/\w/.test(edge) ? '\\b' : '')
  const quoted = answer.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(bound(answer[0] as string) + quoted + bound(answer.at(-1) as string)).test(text)
}
