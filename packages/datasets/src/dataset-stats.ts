import { hash } from '@whetstone/core'
import { normalizeText } from '@whetstone/similarity'
import type { ExportRow, Turn } from './export-row.ts'

export type Spread = { least: number; median: number; p95: number; most: number; mean: number }
export type DatasetStats = {
  kind: ExportRow['kind']
  rows: number
  questions: number
  /** Rows that say the same as one before. */
  repeated: number
  turns: Spread
  withSystem: number
  thinking: number
  /** Characters of prompts and of answers (of pairs the chosen ones). */
  prompt: Spread
  answer: Spread
  /** Pairs: characters of the rejected answers, and the share whose chosen answer is the longer one, ties counting half. */
  rejected?: Spread | undefined
  chosenLonger?: number | undefined
  /** Pairs whose answers are the same: they teach nothing. */
  equalPairs?: number | undefined
  /** Labelled answers: the share that is wanted. */
  wanted?: number | undefined
}

/** What a file of rows holds. Lengths are counted in a histogram, so that memory grows with the distinct lengths and with a short key a row. */
export async function datasetStats(rows: AsyncIterable<ExportRow> | Iterable<ExportRow>): Promise<DatasetStats | null> {
  const [turns, prompt, answer, rejected] = [counter(), counter(), counter(), counter()]
  const [questions, contents] = [new Set<string>(), new Set<string>()]
  let kind: ExportRow['kind'] | null = null
  let [count, repeated, withSystem, thinking, longer, wanted, equal] = [0, 0, 0, 0, 0, 0, 0]
  const short = (text: string) => hash(text).slice(0, 16)
  for await (const row of rows) {
    kind ??= row.kind
    count++
    const asked = row.kind === 'sft' ? row.messages.slice(0, -1) : row.prompt
    const said =
      row.kind === 'sft' ? row.messages.slice(-1) : row.kind === 'preference' ? row.chosen : row.kind === 'labelled' ? row.completion : []
    const other = row.kind === 'preference' ? row.rejected : []
    turns.add(asked.length + said.length)
    prompt.add(length(asked))
    if (said.length > 0) answer.add(length(said))
    if (row.kind === 'preference') {
      rejected.add(length(other))
      if (JSON.stringify(said) === JSON.stringify(other)) equal++
      longer += length(said) > length(other) ? 1 : length(said) === length(other) ? 0.5 : 0
    }
    if (row.kind === 'labelled' && row.label) wanted++
    if (asked[0]?.role === 'system') withSystem++
    if ([...asked, ...said].some(({ reasoning }) => reasoning !== undefined)) thinking++
    questions.add(
      short(
        normalizeText(
          asked
            .filter(({ role }) => role === 'user')
            .map(({ content }) => content)
            .join('\n'),
        ),
      ),
    )
    const content = short(JSON.stringify([asked, said, other].map((part) => part.map((turn) => [turn.role, turn.content]))))
    if (contents.has(content)) repeated++
    else contents.add(content)
  }
  if (kind === null) return null
  return {
    ...{
      kind,
      rows: count,
      questions: questions.size,
      repeated,
      turns: turns.spread(),
      withSystem,
      thinking,
      prompt: prompt.spread(),
      answer: answer.spread(),
    },
    rejected: kind === 'preference' ? rejected.spread() : undefined,
    chosenLonger: kind === 'preference' ? longer / count : undefined,
    equalPairs: kind === 'preference' ? equal : undefined,
    wanted: kind === 'labelled' ? wanted / count : undefined,
  }
}

const length = (turns: readonly Turn[]) => turns.reduce((sum, { content }) => sum + content.length, 0)

/** Counts values; quantiles come out of the counts. */
function counter() {
  const counts = new Map<number, number>()
  let [n, sum] = [0, 0]
  return {
    add(value: number) {
      counts.set(value, (counts.get(value) ?? 0) + 1)
      n++
      sum += value
    },
    spread(): Spread {
      const ordered = [...counts].sort(([a], [b]) => a - b)
      const quantile = (share: number) => {
        let passed = 0
        for (const [value, times] of ordered) if ((passed += times) >= share * n) return value
        return 0
      }
      return {
        least: ordered[0]?.[0] ?? 0,
        median: quantile(0.5),
        p95: quantile(0.95),
        most: ordered.at(-1)?.[0] ?? 0,
        mean: n === 0 ? 0 : sum / n,
      }
    },
  }
}
