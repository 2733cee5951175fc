import { z } from 'zod'
import { defineExport } from '../define-export.ts'
import { Inexpressible, type PreferenceRow, type Turn } from '../export-row.ts'
import { Answer, answered, asked, Conversation, fromMessages, plainAnswer, plainPrompt, Prompt, toMessages } from '../turns.ts'

export default defineExport({
  name: 'trl-preference',
  about:
    'preference pairs for TRL, with a prompt column or (--implicit) the prompt inside both answers; message lists or (--text) plain text',
  source: 'TRL documentation, Dataset formats: preference, explicit and implicit prompt, conversational and standard',
  kind: 'preference',
  container: 'jsonl',
  file: 'trl-preference.jsonl',
  thinking: 'inline',
  row: z.union([
    z.strictObject({ prompt: Prompt, chosen: Answer, rejected: Answer }),
    z.strictObject({ chosen: Conversation, rejected: Conversation }),
    z.strictObject({ prompt: z.string(), chosen: z.string().min(1), rejected: z.string().min(1) }),
    z.strictObject({ chosen: z.string().min(1), rejected: z.string().min(1) }),
  ]),
  toRow({ prompt, chosen, rejected }, options) {
    if (options.text) {
      const [text, won, lost] = [plainPrompt(prompt), plainAnswer(chosen, options), plainAnswer(rejected, options)]
      return options.implicit ? { chosen: text + won, rejected: text + lost } : { prompt: text, chosen: won, rejected: lost }
    }
    const of = (turns: Turn[]) => toMessages(turns, options)
    return options.implicit
      ? { chosen: of([...prompt, ...chosen]), rejected: of([...prompt, ...rejected]) }
      : { prompt: of(prompt), chosen: of(chosen), rejected: of(rejected) }
  },
  fromRow(row) {
    if (typeof row.chosen === 'string') return fromText(row as { prompt?: string; chosen: string; rejected: string })
    const [chosen, rejected] = [fromMessages(row.chosen), fromMessages(row.rejected as typeof row.chosen)]
    if ('prompt' in row) return { kind: 'preference', prompt: fromMessages(row.prompt as typeof row.chosen), chosen, rejected }
    let shared = 0
    while (
      shared < chosen.length - 1 &&
      shared < rejected.length - 1 &&
      JSON.stringify(chosen[shared]) === JSON.stringify(rejected[shared])
    )
      shared++
    return { kind: 'preference', prompt: chosen.slice(0, shared), chosen: chosen.slice(shared), rejected: rejected.slice(shared) }
  },
})

/** Plain text; without a prompt column the prompt is what both answers begin with, to the last space, as TRL finds it. */
function fromText({ prompt, chosen, rejected }: { prompt?: string; chosen: string; rejected: string }): PreferenceRow {
  if (prompt !== undefined) return { kind: 'preference', prompt: asked(prompt), chosen: answered(chosen), rejected: answered(rejected) }
  let shared = 0
  while (shared < chosen.length && shared < rejected.length && chosen[shared] === rejected[shared]) shared++
  if (chosen[shared - 1] === ' ') shared--
  if (shared === 0 || shared === chosen.length || shared === rejected.length)
    throw new Inexpressible('chosen and rejected share no beginning that could be their prompt')
  const question = asked(chosen.slice(0, shared))
  return { kind: 'preference', prompt: question, chosen: answered(chosen.slice(shared)), rejected: answered(rejected.slice(shared)) }
}
