import { createHash } from 'node:crypto'
import { existsSync, readdirSync, renameSync, rmSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Format, Rows, Trace } from '@whetstone/core'
import {
  BadInput,
  canonicalJson,
  contentId,
  Dataset,
  Example as ExampleSchema,
  Pair as PairSchema,
  parseRecord,
  readRows,
  toRecord,
  writeJson,
  writePieces,
  writeRows,
  makeFolder,
} from '@whetstone/core'
import type { z } from 'zod'

/** Files of a dataset's own rows, which every format is made from. */
export const datasetRows = { examples: 'examples.jsonl', pairs: 'pairs.jsonl' }

/** A training row with the trace that it came from. */
export type ExportedExample = { row: z.input<typeof ExampleSchema>; trace: Pick<Trace, 'id' | 'taskset' | 'level'> }

/**
 * Writes rows as they are (examples.jsonl, pairs.jsonl), in each format, and the dataset's card (card.json), a row at a time. Every row is
 * checked against its schema; where one is refused, nothing is left.
 */
export async function exportDataset(request: {
  run: string
  round: number
  folder: string
  examples: Rows<ExportedExample>
  pairs: Rows<z.input<typeof PairSchema>>
  formats: readonly Format[]
  createdAt: string
}): Promise<Dataset> {
  const { run, round, folder, formats, createdAt } = request
  const staging = join(folder, '.export')
  rmSync(staging, { recursive: true, force: true })
  const composition: Record<string, number> = {}
  const traces = new Set<string>()
  const digest = createHash('sha256')
  const counts = { examples: 0, pairs: 0 }
  async function* examples() {
    for await (const { row, trace } of request.examples) {
      const example = parseRecord(row, ExampleSchema, `example ${counts.examples + 1} of ${run} round ${round}`)
      if (example.trace !== trace.id)
        throw new BadInput(`A training row names trace ${row.trace}, but came from ${trace.id}: the rows have lost their provenance`)
      digest.update(`${counts.examples === 0 ? '' : ','}${canonicalJson(example)}`)
      counts.examples++
      traces.add(trace.id)
      const level = `${trace.taskset} ${trace.level}`
      composition[level] = (composition[level] ?? 0) + 1
      yield example
    }
  }
  async function* pairs() {
    for await (const row of request.pairs) {
      const pair = parseRecord(row, PairSchema, `pair ${counts.pairs + 1} of ${run} round ${round}`)
      digest.update(`${counts.pairs === 0 ? '' : ','}${canonicalJson(pair)}`)
      counts.pairs++
      yield pair
    }
  }
  try {
    makeFolder(staging)
    // The id is that of both lists as one value.
    digest.update('[[')
    await writeRows(join(staging, datasetRows.examples), examples())
    digest.update('],[')
    await writeRows(join(staging, datasetRows.pairs), pairs())
    digest.update(']]')
    for (const format of formats) {
      const pieces =
        format.kind === 'sft'
          ? format.render(readRows(join(staging, datasetRows.examples), ExampleSchema))
          : format.render(readRows(join(staging, datasetRows.pairs), PairSchema))
      await writePieces(join(staging, format.file), pieces)
    }
    for (const file of readdirSync(staging)) renameSync(join(staging, file), join(folder, file))
  } finally {
    rmSync(staging, { recursive: true, force: true })
    if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder)
  }
  const hash = digest.digest('hex')
  const card: Dataset = {
    id: contentId('dataset', hash),
    run,
    round,
    files: Object.fromEntries(formats.map((format) => [format.name, format.file])),
    madeOf: Object.fromEntries(formats.map(({ name, kind }) => [name, kind === 'sft' ? ('examples' as const) : ('pairs' as const)])),
    folder,
    counts: { ...counts, traces: traces.size },
    composition,
    hash,
    createdAt,
  }
  writeJson(join(folder, 'card.json'), toRecord(card))
  return Dataset.parse(card)
}
