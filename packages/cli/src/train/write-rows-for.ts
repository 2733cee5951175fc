import { createHash } from 'node:crypto'
import { join } from 'node:path'
import {
  BadInput,
  contentId,
  type Dataset,
  type Example,
  type Format,
  loadPlugin,
  type Message,
  type Pair,
  pluginNames,
  type Trainer,
  writePieces,
  writeRows,
} from '@whetstone/core'
import type { ExportRow, Turn } from '@whetstone/datasets'

type Given = { file: string; folder: string; name: string; rows: AsyncIterable<ExportRow>; kind: ExportRow['kind'] }

/**
 * Rows of any format in a form that a trainer reads, as a data set of their own. Worked examples and pairs go through the trainer's formats;
 * labelled answers are written as llama-train's kto rows. Everything is somebody else's text: it goes through the model's chat template.
 */
export async function writeRowsFor(trainer: Trainer, { file, folder, name, rows, kind }: Given): Promise<Dataset> {
  if (kind === 'prompt')
    throw new BadInput(
      `${file} holds questions without answers: nothing to learn from. Attempt them first: npx nx run loops:attempt --data=FILE`,
    )
  const counts = { examples: 0, pairs: 0, traces: 0 }
  const digest = createHash('sha256')
  const origin = (place: number) => `${file}:${place}`
  const counted = async function* <T>(make: (row: ExportRow, place: number) => T) {
    let place = 0
    for await (const row of rows) {
      place++
      digest.update(JSON.stringify(row))
      if (row.kind === 'sft' || row.kind === 'labelled') counts.examples++
      else counts.pairs++
      yield make(row, place)
    }
  }
  const files: Record<string, string> = {}
  if (kind === 'labelled') {
    if (!trainer.reads.includes('kto'))
      throw new BadInput(`${file} holds labelled answers, and ${trainer.name} does not read such: choose --set trainer.method=kto`)
    files['kto'] = 'kto.jsonl'
    const shape = (row: ExportRow, place: number) => {
      if (row.kind !== 'labelled') throw new Error('rows of two kinds')
      return { messages: [...row.prompt, ...row.completion].map(plain), desirable: row.label, trace: origin(place) }
    }
    await writeRows(join(folder, 'kto.jsonl'), counted(shape))
  } else {
    const format = await formatOf(trainer, kind, file)
    files[format.name] = format.file
    const pieces =
      format.kind === 'sft'
        ? format.render(counted((row, place) => toExample(row, origin(place))))
        : format.render(counted((row, place) => toPair(row, origin(place))))
    await writePieces(join(folder, format.file), pieces)
  }
  const hash = digest.digest('hex')
  return {
    id: contentId('dataset', hash),
    run: name,
    round: 1,
    files,
    madeOf: Object.fromEntries(
      Object.keys(files).map((format) => [format, kind === 'preference' ? ('pairs' as const) : ('examples' as const)]),
    ),
    folder,
    counts,
    composition: {},
    hash,
    createdAt: new Date().toISOString(),
  }
}

/** The first format of those that a trainer reads which can be written from rows of a kind. */
async function formatOf(trainer: Trainer, kind: 'sft' | 'preference', file: string): Promise<Format> {
  for (const name of trainer.reads) {
    if (!pluginNames('formats').includes(name)) continue
    const format = ((await loadPlugin('formats', name)) as unknown as () => Format)()
    if (format.kind === kind) return format
  }
  const what = kind === 'sft' ? 'worked examples' : 'preference pairs'
  const method = kind === 'sft' ? 'sft' : 'dpo'
  throw new BadInput(`${file} holds ${what}, and ${trainer.name} does not read such: choose --set trainer.method=${method}`)
}

/** Thinking stands in front of the answer, as the model writes it. */
const plain = ({ role, content, reasoning }: Turn): Message => ({
  // Rows with tools were refused when they were read.
  role: role as Message['role'],
  content: reasoning === undefined ? content : `<think>\n${reasoning}\n</think>\n\n${content}`,
})
const foreign = { origin: 'foreign', promptText: null, templateArguments: null, vocabulary: null, weight: 1 } as const

function toExample(row: ExportRow, trace: string): Example {
  if (row.kind !== 'sft') throw new Error('rows of two kinds')
  return { messages: row.messages.map(plain), trace, ...foreign, ids: null, forced: [] }
}
function toPair(row: ExportRow, trace: string): Pair {
  if (row.kind !== 'preference') throw new Error('rows of two kinds')
  const [prompt, chosen, rejected] = [row.prompt, row.chosen, row.rejected].map((turns) => turns.map(plain)) as [
    Message[],
    Message[],
    Message[],
  ]
  const both = { chosen: null, rejected: null }
  return {
    prompt,
    chosen,
    rejected,
    traces: { chosen: trace, rejected: trace },
    ...foreign,
    ids: both,
    forced: { chosen: [], rejected: [] },
  }
}
