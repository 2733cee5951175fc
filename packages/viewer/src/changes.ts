import type { Trace } from '@whetstone/core'
import type { ArmReader, RoundReader } from '@whetstone/runs'

export type Change = 'fixed' | 'broken' | 'failing' | 'right'
export const changeNames: readonly Change[] = ['fixed', 'broken', 'failing', 'right']

/** The two arms that a round compares, both with the memory setting that is deployed; where nothing was trained, memory off and on. */
export function comparedArms(reader: RoundReader): [ArmReader, ArmReader] | null {
  const round = reader.finished()
  const arms = reader.arms()
  const memory = round?.served.memory ?? arms.some((arm) => arm.memory)
  const find = (role: string, with_: boolean) => arms.find((arm) => arm.role === role && arm.memory === with_)
  const [before, after] = find('candidate', memory)
    ? [find('incumbent', memory), find('candidate', memory)]
    : [find('incumbent', false), find('incumbent', true)]
  return before && after && before !== after ? [before, after] : null
}

export const armName = ({ role, memory }: ArmReader) => `${role}, memory ${memory ? 'on' : 'off'}`

/** Which of the two passed a task's attempts more often than not. */
export const changeOf = (before: boolean, after: boolean): Change => (before ? (after ? 'right' : 'broken') : after ? 'fixed' : 'failing')

/** Tasks by what became of them between the arms. One pass over each arm's index and rows. */
export async function findChanges(
  reader: RoundReader,
): Promise<{ arms: [ArmReader, ArmReader]; tasks: Map<string, { before: boolean; after: boolean }> } | null> {
  const arms = comparedArms(reader)
  if (!arms) return null
  const passed = async ({ traces }: ArmReader) => {
    const tasks = new Map<string, { attempts: number; passed: number }>()
    for await (const { task, grade } of traces.rows()) {
      const entry = tasks.get(task) ?? { attempts: 0, passed: 0 }
      entry.attempts++
      if (grade.passed) entry.passed++
      tasks.set(task, entry)
    }
    return tasks
  }
  const [before, after] = [await passed(arms[0]), await passed(arms[1])]
  const most = (entry: { attempts: number; passed: number }) => entry.passed * 2 > entry.attempts
  const tasks = new Map(
    [...before].flatMap(([task, entry]) => {
      const other = after.get(task)
      return other ? [[task, { before: most(entry), after: most(other) }] as const] : []
    }),
  )
  return { arms, tasks }
}

/** How many tasks were fixed, broken, still fail, are still right; kept while the arms' files stay as they are. */
const kept = new Map<string, { stamp: string; value: Awaited<ReturnType<typeof findChanges>> }>()
export async function knownChanges(reader: RoundReader): ReturnType<typeof findChanges> {
  const arms = comparedArms(reader)
  if (!arms) return null
  const stamp = (await Promise.all(arms.map(async ({ traces }) => `${traces.file} ${(await traces.index()).covered}`))).join()
  const key = `${reader.run} ${reader.round}`
  const known = kept.get(key)
  if (known?.stamp === stamp) return known.value
  const value = await findChanges(reader)
  kept.set(key, { stamp, value })
  return value
}

export async function countChanges(reader: RoundReader): Promise<{ counts: Record<Change, number>; names: [string, string] } | null> {
  const found = await knownChanges(reader)
  if (!found || found.tasks.size === 0) return null
  const counts: Record<Change, number> = { fixed: 0, broken: 0, failing: 0, right: 0 }
  for (const { before, after } of found.tasks.values()) counts[changeOf(before, after)]++
  return { counts, names: [armName(found.arms[0]), armName(found.arms[1])] }
}

/** The answer that a trace gives. */
export const answerOf = (trace: Trace | undefined): string => trace?.messages.findLast(({ role }) => role === 'assistant')?.content ?? ''
