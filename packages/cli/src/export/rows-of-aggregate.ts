import { join } from 'node:path'
import { readRows } from '@whetstone/core'
import type { ExportRow } from '@whetstone/datasets'
import { Aggregated } from '@whetstone/harvest'

/** Rows of an aggregate as exports see them. */
export async function* rowsOfAggregate(folder: string): AsyncGenerator<ExportRow> {
  for await (const { messages, promptText, reasoning, sources, task, taskset } of readRows(join(folder, 'rows.jsonl'), Aggregated)) {
    const turns = messages.map(({ role, content }, place) => ({
      role,
      content,
      reasoning: place === messages.length - 1 ? reasoning : undefined,
    }))
    const provenance = { traces: sources.map(({ trace }) => trace), task: task ?? undefined, taskset: taskset ?? undefined }
    yield { kind: 'sft', messages: turns, promptText, provenance }
  }
}
