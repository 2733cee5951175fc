import { z } from 'zod'
import { defineExport } from '../define-export.ts'
import { fromShareTurn, ShareTurn, toShareTurn } from '../share-turn.ts'

export default defineExport({
  name: 'sharegpt',
  about: 'ShareGPT conversations, {conversations: [{from, value}]}, the system message among them',
  source: 'ShareGPT as Axolotl, Unsloth and others read it: from system, human, gpt',
  kind: 'sft',
  container: 'jsonl',
  file: 'sharegpt.jsonl',
  thinking: 'inline',
  row: z.strictObject({
    conversations: z.array(ShareTurn).refine((turns) => turns.at(-1)?.from === 'gpt', 'does not end with a gpt turn'),
  }),
  toRow: ({ messages }, options) => ({ conversations: messages.map((turn) => toShareTurn(turn, options)) }),
  fromRow: ({ conversations }) => ({ kind: 'sft', messages: conversations.map(fromShareTurn) }),
})
