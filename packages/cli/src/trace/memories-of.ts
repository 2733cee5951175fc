import type { Trace } from '@whetstone/core'
import { mayHoldBank, openBank } from '@whetstone/memory'
import { runFiles } from '@whetstone/runs'

export type FoundMemory = {
  id: string
  title: string | null
  content: string | null
  sourceTask: string | null
  sourceTraces: string[]
  retired: string | null
}

const unknown = (id: string): FoundMemory => ({ id, title: null, content: null, sourceTask: null, sourceTraces: [], retired: null })

/** The memories that a trace was shown, in their order, and those that were distilled from it; of a run, memories by their ids. Those that no bank holds any more are named alone. */
export async function memoriesOf(
  of: Trace | { run: string; ids: readonly string[] },
): Promise<{ shown: FoundMemory[]; made: FoundMemory[] }> {
  const ids = 'ids' in of ? of.ids : of.memories.shown
  const uri = runFiles(of.run).bank
  if (!mayHoldBank(uri)) return { shown: ids.map(unknown), made: [] }
  await using bank = await openBank({ uri, embedder: null })
  const all = (await bank.memories({ retired: true })).map(({ id, title, content, sourceTask, sourceTraces, retired }): FoundMemory => ({
    id,
    title,
    content,
    sourceTask,
    sourceTraces,
    retired,
  }))
  const known = new Map(all.map((memory) => [memory.id, memory]))
  return {
    shown: ids.map((id) => known.get(id) ?? unknown(id)),
    made: 'ids' in of ? [] : all.filter(({ sourceTraces }) => sourceTraces.includes(of.id)),
  }
}
