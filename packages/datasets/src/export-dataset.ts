import { join } from 'node:path'
import type { Format, Trace } from '@whetstone/core'
import {
  BadInput,
  Dataset,
  contentId,
  hash,
  Pair as PairSchema,
  Example as ExampleSchema,
  parseRecord,
  writePieces,
  writeJson,
  writeJsonl,
} from '@whetstone/core'
import type { z } from 'zod'

/** Files of a dataset's own rows, which every format is made from. */
export const datasetRows = { examples: 'examples.jsonl', pairs: 'pairs.jsonl' }

/**
 * Writes rows as they are (examples.jsonl, pairs.jsonl), in each format, and the dataset's card (card.json). Every row is checked against its
 * schema before anything is written.
 */
export async function exportDataset(request: {
  run: string
  round: number
  folder: string
  examples: readonly z.input<typeof ExampleSchema>[]
  pairs: readonly z.input<typeof PairSchema>[]
  /** The traces behind the rows, for the card's composition. */
  traces: readonly Trace[]
  formats: readonly Format[]
  createdAt: string
}): Promise<Dataset> {
  const { run, round, folder, formats, createdAt } = request
  const examples = request.examples.map((row, index) => parseRecord(row, ExampleSchema, `example ${index + 1} of ${run} round ${round}`))
  const pairs = request.pairs.map((row, index) => parseRecord(row, PairSchema, `pair ${index + 1} of ${run} round ${round}`))
  const known = new Set(request.traces.map((trace) => trace.id))
  for (const row of examples)
    if (!known.has(row.trace))
      throw new BadInput(`A training row names trace ${row.trace}, which is not among the traces: the rows have lost their provenance`)
  writeJsonl(join(folder, datasetRows.examples), examples)
  writeJsonl(join(folder, datasetRows.pairs), pairs)
  for (const format of formats)
    await writePieces(join(folder, format.file), format.kind === 'sft' ? format.render(examples) : format.render(pairs))
  const levels = new Map(request.traces.map((trace) => [trace.id, `${trace.taskset} ${trace.level}`]))
  const composition: Record<string, number> = {}
  for (const row of examples) {
    const level = levels.get(row.trace) as string
    composition[level] = (composition[level] ?? 0) + 1
  }
  const digest = hash([examples, pairs])
  const card: Dataset = {
    id: contentId('dataset', digest),
    run,
    round,
    files: Object.fromEntries(formats.map((format) => [format.name, format.file])),
    folder,
    counts: { examples: examples.length, pairs: pairs.length, traces: new Set(examples.map((row) => row.trace)).size },
    composition,
    hash: digest,
    createdAt,
  }
  writeJson(join(folder, 'card.json'), card)
  return Dataset.parse(card)
}
