import { shingleHashes } from './shingle-hashes.ts'
import { templateOf } from './template-of.ts'
import { wordsOf } from './words-of.ts'

/** What a text has in common with a question that it should not know. */
export type Overlap = {
  /** Place of the question in the list that was indexed. */
  question: number
  /** `whole`: the whole question stands in the text; `n-gram`: a run of `words` words of it. */
  rule: 'whole' | 'n-gram'
  /** Words in the longest run in common. */
  words: number
  evidence: string
}

export type OverlapOptions = {
  /** Words in a row that count as overlap, 8 to 13 as papers do (Brown et al. 2020, appendix C: 13). */
  span?: number
  /** Questions of fewer words are never looked for: they are in every text. */
  shortest?: number
  /** A run that stands in more questions than this is boilerplate and gives none of them away. */
  common?: number
}

/**
 * Finds questions, or long runs of them, in any text: exact runs of words by hash, confirmed by comparison. Where a text holds the question's form with other numbers (a template's other task), that is
 * no overlap: `siblings` counts those. Cost: the words of the questions once, the words of each text once.
 */
export function overlapIndex(questions: readonly string[], { span = 13, shortest = 4, common = 10 }: OverlapOptions = {}) {
  const words = questions.map((question) => wordsOf(question))
  const forms = questions.map((question) => templateOf(question).form)
  const lengths = words.map((asked) => Math.min(span, asked.length))
  const ownRuns = words.map((asked, index) => (asked.length < shortest ? [] : [...new Set(shingleHashes(asked, lengths[index] as number))]))
  /** By length of run: how many questions hold each. */
  const frequency = new Map<number, Map<number, number>>()
  for (const [index, own] of ownRuns.entries()) {
    const counts = frequency.get(lengths[index] as number) ?? new Map<number, number>()
    frequency.set(lengths[index] as number, counts)
    for (const run of own) counts.set(run, (counts.get(run) ?? 0) + 1)
  }
  /** By length of run: hash of the run -> questions that it tells. Boilerplate is left out, so that a template of a million tasks costs no more than its tasks. */
  const runs = new Map<number, Map<number, number[]>>()
  for (const [index, own] of ownRuns.entries()) {
    const length = lengths[index] as number
    const counts = frequency.get(length)
    const known = runs.get(length) ?? new Map<number, number[]>()
    runs.set(length, known)
    for (const run of own) {
      if ((counts?.get(run) ?? 0) > common) continue
      const holders = known.get(run)
      if (holders) holders.push(index)
      else known.set(run, [index])
    }
  }
  return {
    /** Overlaps of one text with the questions, one a question, and how many questions of a template it holds with other numbers. */
    find(text: string): { overlaps: Overlap[]; siblings: number } {
      const said = wordsOf(text)
      const found = new Map<number, Overlap>()
      const siblings = new Set<number>()
      let form: string | undefined
      for (const [length, known] of runs) {
        if (said.length < length) continue
        for (const [start, run] of shingleHashes(said, length).entries()) {
          const holders = known.get(run)
          if (!holders) continue
          for (const question of holders) {
            if (found.has(question) || siblings.has(question)) continue
            const asked = words[question] as string[]
            const whole = length === asked.length
            const evidence = said.slice(start, start + length)
            if (!holdsRun(asked, evidence)) continue // two runs of one hash
            if (!whole) {
              // A run without its whole question: the frame of a template whose numbers differ is another task of it.
              form ??= ` ${templateOf(text).form} `
              const framed = form.includes(` ${forms[question]} `)
              if (framed && !holdsRun(said, asked)) {
                siblings.add(question)
                continue
              }
            }
            found.set(question, { question, rule: whole ? 'whole' : 'n-gram', words: length, evidence: evidence.join(' ') })
          }
        }
      }
      return { overlaps: [...found.values()], siblings: siblings.size }
    },
  }
}

function holdsRun(words: readonly string[], run: readonly string[]): boolean {
  for (let start = 0; start + run.length <= words.length; start++) {
    let same = 0
    while (same < run.length && words[start + same] === run[same]) same++
    if (same === run.length) return true
  }
  return false
}
