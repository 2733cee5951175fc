import { join } from 'node:path'
import type { Trainer, TrainRequest, Training } from '@whetstone/core'
import { BadInput, contentId, deriveSeed, hash, nested, plugin, random, readRows, shuffle, writeRows } from '@whetstone/core'
import { z } from 'zod'

/** Members of a row, in any format that a trainer of ours reads, that are the answer or belong to it; what a teacher read to judge an answer goes with it. */
const answerMembers = [
  'completion',
  'completion_ids',
  'completion_text',
  'teacher_prompt',
  'response',
  'forced',
  'ids',
  'chosen',
  'chosen_ids',
  'chosen_forced',
  'rejected',
  'rejected_ids',
  'rejected_forced',
]
const Row = z.record(z.string(), z.unknown())
type Row = z.infer<typeof Row>

export default plugin({
  name: 'shuffled',
  about: 'a control: another trainer on the same rows, their answers dealt out at random among them',
  settings: z.strictObject({
    of: nested<Trainer>('trainers').describe('the trainer'),
    lines: z
      .boolean()
      .default(false)
      .describe(
        'only among rows whose memory was taken out of the prompt (method distill): each learns what another line says; others stay right',
      ),
  }),
  make: ({ of, lines }): Trainer => ({
    ...of,
    name: `${of.name}, ${lines ? 'lines' : 'answers'} shuffled`,
    train: (request) => train(of, lines, request),
  }),
})

/**
 * Prompts, answers, counts and training are as they were; only what the rows teach is gone: a gate that promotes this candidate promotes
 * anything. What is dealt is what the trainer reads: its own format, text and token ids together, and in preference rows a fair coin also
 * says which answer is chosen.
 */
async function train(of: Trainer, lines: boolean, request: TrainRequest): Promise<Training> {
  const { dataset, seed, folder } = request
  const format = of.reads.find((name) => dataset.files[name] !== undefined)
  if (format === undefined)
    throw new BadInput(`Dataset ${dataset.id} has no format that ${of.name} reads: add one of ${of.reads.join(', ')} to the recipe`)
  const file = dataset.files[format] as string
  const rows = await Array.fromAsync(readRows(join(dataset.folder, file), Row))
  const dealt = (lines ? dealLines : dealAnswers)(rows, deriveSeed(seed, 'control'))
  // A round before anything is remembered hides no line yet; rows of another format never will.
  if (lines && rows.some((row) => row['teacher_prompt'] === undefined))
    throw new BadInput(`Rows of dataset ${dataset.id} name no teacher's prompt: lines are shuffled in rows of format distill`)
  const control = join(folder, 'control')
  await writeRows(join(control, file), dealt)
  const digest = hash(dealt)
  return of.train({ ...request, dataset: { ...dataset, id: contentId('dataset', digest), hash: digest, folder: control } })
}

/** Rows with each other's answers, dealt among rows of one shape: ids go where ids were, text where text was. */
export function dealAnswers(rows: readonly Row[], seed: number): Row[] {
  const next = random(seed)
  const parted = rows.map(partRow)
  const dealt: Row[] = Array.from(rows)
  const shapes = Map.groupBy(parted.keys(), (index) => Object.keys(parted[index]?.answer ?? {}).join(' '))
  for (const places of shapes.values()) {
    const order = shuffle([...places], next)
    for (const [turn, place] of places.entries()) {
      const { prompt, messages } = parted[place] as Parted
      const { last, ...answer } = swapSides((parted[order[turn] as number] as Parted).answer, next)
      dealt[place] = { ...prompt, ...(messages ? { messages: [...messages, last] } : {}), ...answer }
    }
  }
  return dealt
}

/** Rows whose teacher read a memory that the model will not see learn what others of them say; the rest is as it was. */
export function dealLines(rows: readonly Row[], seed: number): Row[] {
  const hidesLine = ({ prompt, teacher_prompt: teacher }: Row) => teacher !== undefined && hash(teacher) !== hash(prompt)
  const dealt = dealAnswers(rows.filter(hidesLine), seed).values()
  return rows.map((row) => (hidesLine(row) ? (dealt.next().value as Row) : row))
}

type Parted = { prompt: Row; messages: unknown[] | null; answer: Row }

/** A row's prompt and its answer; of messages the last is the answer. Members that are null say nothing and are of no shape. */
function partRow(row: Row): Parted {
  const { messages, ...rest } = row
  const isAnswer = ([name, value]: [string, unknown]) => answerMembers.includes(name) && value !== null
  const answer: Row = Object.fromEntries(Object.entries(rest).filter(isAnswer))
  const prompt: Row = Object.fromEntries(Object.entries(rest).filter((entry) => !isAnswer(entry)))
  if (!Array.isArray(messages)) return { prompt, messages: null, answer }
  return { prompt, messages: messages.slice(0, -1), answer: { last: messages.at(-1), ...answer } }
}

/** In half of the preference rows the rejected answer is called the chosen one. */
function swapSides(answer: Row, next: () => number): Row {
  if (!('chosen' in answer || 'chosen_ids' in answer) || next() < 0.5) return answer
  const other = (name: string) => (name.startsWith('chosen') ? name.replace('chosen', 'rejected') : name.replace('rejected', 'chosen'))
  return Object.fromEntries(Object.entries(answer).map(([name, value]) => [other(name), value]))
}
