/** A row of chat turns as a question and an answer: the last turn is the answer, what stands before it the question. Others stay as they are. */
export function unfoldChat(record: Record<string, unknown>): Record<string, unknown> {
  for (const name of ['input', 'prompt'] as const) {
    // OpenAI's evals: the turns that are asked, the answer beside them
    const asked = record[name]
    const turns = Array.isArray(asked) ? (asked as Record<string, unknown>[]).filter((turn) => turn?.['role'] !== 'system') : []
    if (turns.length > 0 && turns.every((turn) => typeof turn?.['content'] === 'string' && typeof turn['role'] === 'string'))
      return {
        ...record,
        [name]:
          turns.length === 1 ? turns[0]?.['content'] : turns.map(({ role, content }) => `${String(role)}: ${String(content)}`).join('\n'),
      }
  }
  if ('question' in record || 'answer' in record) return record
  const turns = (['messages', 'conversations', 'conversation'] as const).map((name) => record[name]).find(Array.isArray) as
    | Record<string, unknown>[]
    | undefined
  if (!turns || turns.length < 2) return record
  const read = turns.map((turn) => ({ role: String(turn?.['role'] ?? turn?.['from'] ?? ''), text: turn?.['content'] ?? turn?.['value'] }))
  const last = read.at(-1)
  const asked = read.slice(0, -1).filter(({ role }) => role !== 'system')
  if (!last || !/^(assistant|gpt|model|bot)$/i.test(last.role) || asked.length === 0) return record
  if (![...asked, last].every(({ text }) => typeof text === 'string')) return record
  const question = asked.length === 1 ? asked[0]?.text : asked.map(({ role, text }) => `${role}: ${String(text)}`).join('\n')
  return { ...record, question, answer: last.text }
}
