import { existsSync, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Task } from '@whetstone/core'
import { BadInput, parseRow, root } from '@whetstone/core'
import { z } from 'zod'

const Row = z.object({ task: z.string(), messages: z.array(z.object({ role: z.string(), content: z.string() })).min(1) })

/** The first answer that an earlier run's traces hold to each task, by task id: a file of `datasets/RUN/round-NNN`, or what loops:attempt --out wrote. */
export function readReasoning(given: string): ReadonlyMap<string, string> {
  const file = [resolve(given), resolve(root, given)].find((path) => existsSync(path) && statSync(path).isFile())
  const wanted = 'name traces of an earlier run (datasets/RUN/round-NNN/traces.jsonl), or what loops:attempt --out wrote'
  if (!file) throw new BadInput(`${given}, whose reasoning is to be reused, is no file: ${wanted}`)
  const reasoning = new Map<string, string>()
  for (const [index, line] of readFileSync(file, 'utf8').split('\n').entries()) {
    if (line.trim() === '') continue
    const { task, messages } = rowOf(line, () => `${given}, line ${index + 1}: is no whole trace (torn, or another file): ${wanted}`)
    const said = messages.findLast(({ role }) => role === 'assistant')?.content ?? ''
    if (said !== '' && !reasoning.has(task)) reasoning.set(task, said)
  }
  if (reasoning.size === 0) throw new BadInput(`${given} holds no answers to reuse: ${wanted}`)
  return reasoning
}

/** Reasoning about none of the tasks is another task set's. */
export function checkReasoning(reasoning: ReadonlyMap<string, string>, tasks: readonly Pick<Task, 'id'>[]): void {
  if (tasks.length === 0 || tasks.some(({ id }) => reasoning.has(id))) return
  throw new BadInput(
    `summarize: what is to be reused is about ${[...reasoning.keys()][0]} and ${reasoning.size - 1} more tasks, and about none of those that are asked (${tasks[0]!.id} ...): name traces of these tasks`,
  )
}

function rowOf(line: string, complaint: () => string) {
  try {
    return parseRow(line, Row, '')
  } catch {
    throw new BadInput(complaint())
  }
}
