import { appendRows, BadInput, hash, taskHash, type Split, type Task } from '@whetstone/core'
import { openRun, sourceHash, type FrozenTask } from '@whetstone/runs'
import { contentKey } from '@whetstone/similarity'
import type { Course, Recipe } from '@whetstone/recipe/recipe.ts'
import { tasksetsOf } from '@whetstone/recipe/recipe.ts'
import type { RoundContext } from './round-context.ts'
import { pluginFile } from './step-sources.ts'

/** Content of each taskset that reads files: part of a round's fingerprint, since a table edited between two sittings is another table. */
export async function taskContents({ courses }: Pick<Recipe, 'courses'>): Promise<Record<string, string>> {
  const contents: Record<string, string> = {}
  for (const { taskset } of courses) if (taskset.content) contents[taskset.name] = await taskset.content()
  return contents
}

/**
 * Freezes tasks in the round's tasks.jsonl before they are attempted. Those of the same taskset, split and levels that were frozen before must
 * be the same: other ones would answer for attempts that were not made at them.
 */
export async function freezeTasks(context: RoundContext, tasks: readonly Task[]): Promise<void> {
  const { recipe, run, round, files } = context
  const [first] = tasks
  if (!first) return
  const levels = new Set(tasks.map(({ level }) => level))
  const frozen = new Map<string, string>()
  for await (const { id, hash: content, taskset, split, level } of openRun(run).round(round).tasks())
    if (taskset === first.taskset && split === first.split && levels.has(level)) frozen.set(id, content)
  const fresh: FrozenTask[] = []
  const changed: string[] = []
  const grader = graderVersion(recipe, first.taskset)
  for (const task of tasks) {
    const content = taskHash(task)
    const before = frozen.get(task.id)
    frozen.delete(task.id)
    if (before === undefined) fresh.push({ ...task, hash: content, grader })
    else if (before !== content) changed.push(task.id)
  }
  if (changed.length > 0 || frozen.size > 0) throw edited(context, first.taskset, changed, [...frozen.keys()])
  appendRows(files.tasks, fresh)
}

/**
 * Refuses to go on with a round whose train tasks are no longer those that it froze, before anything else is said of its inputs: the files of a
 * table were edited, say. `load` gives the train tasks of a taskset and level as the round would draw them now.
 */
export async function checkFrozen(
  context: RoundContext,
  load: (course: Course, level: number | undefined) => Promise<readonly Task[]>,
): Promise<void> {
  const frozen = new Map<string, Set<number>>()
  for await (const { split, taskset, level } of openRun(context.run).round(context.round).tasks()) {
    if (split !== 'train') continue
    const levels = frozen.get(taskset) ?? new Set()
    frozen.set(taskset, levels.add(level))
  }
  for (const course of context.recipe.courses) {
    const levels = frozen.get(course.taskset.name)
    if (!levels) continue
    for (const level of course.levels ? levels : [undefined]) await freezeTasks(context, await load(course, level))
  }
}

function edited({ run, round }: RoundContext, taskset: string, changed: readonly string[], gone: readonly string[]): BadInput {
  const some = (ids: readonly string[]) => `${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ` and ${ids.length - 3} more` : ''}`
  const what = [
    ...(changed.length > 0 ? [`${some(changed)} now ask or expect something else`] : []),
    ...(gone.length > 0 ? [`${some(gone)} are gone from the draw`] : []),
  ]
  return new BadInput(
    `The tasks of ${taskset} changed in the middle of round ${round} of run ${run}: ${what.join('; ')}. Undo it, do the round again with --redo-from=plan, or start afresh with --run=NEW_NAME`,
  )
}

/** What grades a taskset: its plug-in and the hash of all that it uses. */
export function graderVersion(recipe: Recipe, name: string): FrozenTask['grader'] {
  const taskset = tasksetsOf(recipe).get(name)
  const file = pluginFile('tasksets', taskset)
  const version = file ? sourceHash([file], { within: ['core', 'grading', 'similarity', 'tasks'] }) : hash(String(taskset?.grade))
  return { name, version: version.slice(0, 16) }
}

/** Whether a task was attempted for training in this or an earlier round of the run, by its id or by its question. */
export async function trainedOn({ run, round }: Pick<RoundContext, 'run' | 'round'>): Promise<(task: Task) => boolean> {
  const split: Split = 'train'
  const [ids, questions] = [new Set<string>(), new Set<string>()]
  for (const reader of openRun(run).rounds()) {
    if (reader.round > round) continue
    let frozen = 0
    for await (const task of reader.tasks()) {
      frozen++
      if (task.split !== split) continue
      ids.add(task.id)
      questions.add(contentKey(task.prompt))
    }
    // Rounds of before 2026-12 froze no tasks: their traces name those that were attempted.
    if (frozen === 0) for await (const trace of reader.traces.rows()) ids.add(trace.task)
  }
  return (task) => ids.has(task.id) || questions.has(contentKey(task.prompt))
}
