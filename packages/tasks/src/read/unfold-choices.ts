type Row = Record<string, unknown>

const isRow = (value: unknown): value is Row => value !== null && typeof value === 'object' && !Array.isArray(value)

/** A row that says which of its choices is right beside each of them (BIG-bench's `target_scores`, TruthfulQA's `mc1_targets`, GPQA's `Incorrect Answer 1`) with a list of choices and the answer. Others stay as they are. */
export function unfoldChoices(record: Row): Row {
  if ('choices' in record || 'options' in record) return record
  const { target_scores: scores, mc1_targets: targets } = record
  if (isRow(scores) && !('target' in record)) return one(record, Object.keys(scores), Object.values(scores))
  if (isRow(targets) && Array.isArray(targets['choices']) && Array.isArray(targets['labels']))
    return one(record, targets['choices'] as string[], targets['labels'])
  const wrong = Object.keys(record).filter((name) => /^incorrect[ _]answer[ _]?\d$/i.test(name))
  const right = Object.keys(record).find((name) => /^correct[ _]answer$/i.test(name))
  const texts = [...wrong, ...(right ? [right] : [])].map((name) => record[name])
  if (right === undefined || wrong.length < 2 || !texts.every((text) => typeof text === 'string' && text.trim() !== '')) return record
  // in an order that does not tell which is right
  return { ...record, choices: (texts as string[]).map((text) => text.trim()).sort(), answer: String(record[right]).trim() }
}

/** The row with the choice that alone scores most as its answer; as it is where several do. */
function one(record: Row, choices: readonly string[], scores: readonly unknown[]): Row {
  const most = Math.max(...scores.map(Number))
  const best = choices.filter((_, at) => Number(scores[at]) === most)
  const { target_scores: _scores, mc1_targets: _targets, ...rest } = record
  return best.length === 1 && choices.length > 1 ? { ...rest, choices, answer: best[0] } : record
}
