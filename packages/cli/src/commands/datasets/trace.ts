import { BadInput } from '@whetstone/core'
import { exportNames } from '@whetstone/datasets'
import { mayHoldBank } from '@whetstone/memory'
import { findTrace, memoryUses, openRun, runNames, taskOf, taskUses, walkUp, type WalkUp } from '@whetstone/runs'
import { defineCommand } from '../../command.ts'
import { knownRun } from '../../known-run.ts'
import { memoriesOf, type FoundMemory } from '../../trace/memories-of.ts'
import { rowOfFile } from '../../trace/row-of-file.ts'
import { showMemoryUses, showTaskUses, showWalk } from '../../trace/show-walk.ts'
import { writeResult } from '../../write-result.ts'

export default defineCommand({
  about:
    'the walk: from a training row to its trace, task, grade, memories, prompt, model and its parents to the seed, teacher calls and the rounds that trained on it; and down, what a trace, a memory or a task went into',
  flags: {
    row: { type: 'string', about: 'id of a trace, a memory or a task' },
    file: { type: 'file', about: 'a file of rows in any format that is known, ours or exported' },
    line: { type: 'number', min: 1, default: 1, about: 'with --file: the line (the row, in JSON arrays and Parquet)' },
    format: { type: 'string', choices: exportNames(), about: 'with --file: its format (default: found by the rows)' },
    run: { type: 'string', about: 'only this run (default: all)' },
    'show-prompts': { type: 'boolean', about: 'every call of the attempt with its prompt as rendered, whole' },
    json: { type: 'json', about: 'write the walk to this file as JSON' },
  },
  examples: [
    'npx nx run datasets:trace --file=datasets/tiny/round-001/sft.jsonl --line=17',
    'npx nx run datasets:trace --file=pairs.jsonl --line=3 --show-prompts',
    'npx nx run datasets:trace --row=memory-1f0c… --run=tiny',
    'npx nx run datasets:trace --row=trace-3f2a… --json=-',
  ],
  async run({ row, file, line, format, run, 'show-prompts': prompts, json }) {
    if ((row === undefined) === (file === undefined)) throw new BadInput('datasets:trace takes either --row=ID or --file=FILE --line=N')
    const runs = run === undefined ? runNames() : [knownRun(run)]
    if (runs.length === 0) throw new BadInput('There is no run to look in yet: begin one with `npx nx run loops:cycle`')
    if (row !== undefined && !row.startsWith('trace-')) return await down(row, runs, json)
    const found = file === undefined ? null : await rowOfFile(file, line, format)
    const ids = found?.traces ?? [row as string]
    const walks: (WalkUp & { shown: FoundMemory[]; made: FoundMemory[] })[] = []
    for (const id of ids) {
      const trace = await findTrace(id, runs)
      if (!trace) continue
      const walk = await walkUp(trace)
      const { shown, made } = await memoriesOf(walk.trace)
      walks.push({ ...walk, shown, made })
    }
    if (walks.length === 0)
      throw new BadInput(
        found
          ? `${file}:${line}: ${ids.length > 0 ? `its trace ${ids[0]} is in no run here` : 'no trace of a run here asked and answered so'} (runs: ${runs.join(', ')})`
          : `No trace "${row}" in ${runs.join(', ')}: an id stands in the rows (trace) and in traces.jsonl`,
      )
    writeResult(json, { row: found, walks })
    if (found) console.log(`${file}:${line} (${found.format}), ${found.how}${ids.length > 1 ? `: ${ids.length} traces` : ''}`)
    for (const walk of walks.slice(0, 4)) console.log(showWalk(walk, prompts))
    if (walks.length > 4) console.log(`… and ${walks.length - 4} more traces that asked and answered so`)
  },
})

/** What a memory or a task went into. */
async function down(id: string, runs: readonly string[], json: string | undefined): Promise<void> {
  if (id.startsWith('memory-')) {
    const uses = (await Promise.all(runs.map((run) => memoryUses(id, run)))).flat()
    const [memory] = (
      await Promise.all(runs.filter((run) => mayHoldBank(openRun(run).files.bank)).map((run) => memoriesOf({ run, ids: [id] })))
    ).flatMap(({ shown }) => shown)
    if (uses.length === 0 && !memory?.title) throw new BadInput(`No memory "${id}" in ${runs.join(', ')}: see npx nx run loops:memory list`)
    writeResult(json, { memory: memory ?? null, uses })
    return console.log(showMemoryUses(id, memory ?? null, uses))
  }
  const uses = (await Promise.all(runs.map((run) => taskUses(id, run)))).flat()
  const task = runs
    .flatMap((run) => openRun(run).rounds().toReversed())
    .map((round) => taskOf(round, id))
    .find((found) => found !== null)
  if (uses.length === 0 && !task)
    throw new BadInput(
      `No trace, memory or task is called "${id}" in ${runs.join(', ')}: ids of traces and tasks stand in traces.jsonl (id, task) and on the pages of loops:view; of memories in loops:memory list`,
    )
  writeResult(json, { task: task ?? id, uses })
  const done = uses.map((use) => openRun(use.run).round(use.round).finished()).find((round) => round !== null)
  console.log(showTaskUses(id, task ?? null, uses, done ?? null))
}
