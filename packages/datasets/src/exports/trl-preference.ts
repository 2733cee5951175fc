import { z } from 'zod'
import { defineExport } from '../define-export.ts'
import type { Turn } from '../export-row.ts'
import { Answer, Conversation, fromMessages, Prompt, toMessages } from '../turns.ts'

export default defineExport({
  name: 'trl-preference',
  about: 'preference pairs for TRL, with a prompt column or (--implicit) the prompt inside both answers',
  source: 'TRL documentation, Dataset formats: preference, explicit and implicit prompt, conversational',
  kind: 'preference',
  container: 'jsonl',
  file: 'trl-preference.jsonl',
  thinking: 'inline',
  row: z.union([
    z.strictObject({ prompt: Prompt, chosen: Answer, rejected: Answer }),
    z.strictObject({ chosen: Conversation, rejected: Conversation }),
  ]),
  toRow({ prompt, chosen, rejected }, options) {
    const of = (turns: Turn[]) => toMessages(turns, options)
    return options.implicit
      ? { chosen: of([...prompt, ...chosen]), rejected: of([...prompt, ...rejected]) }
      : { prompt: of(prompt), chosen: of(chosen), rejected: of(rejected) }
  },
  fromRow(row) {
    const [chosen, rejected] = [fromMessages(row.chosen), fromMessages(row.rejected)]
    if ('prompt' in row) return { kind: 'preference', prompt: fromMessages(row.prompt), chosen, rejected }
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
