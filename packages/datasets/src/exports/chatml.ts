import { z } from 'zod'
import { defineExport } from '../define-export.ts'
import { Inexpressible, type Turn } from '../export-row.ts'
import { inlineThinking, splitThinking } from '../turns.ts'

const turnPattern = /<\|im_start\|>(system|user|assistant)\n([\s\S]*?)<\|im_end\|>\n/g
const whole = /^(?:<\|im_start\|>(?:system|user|assistant)\n(?:(?!<\|im_start\|>|<\|im_end\|>)[\s\S])*<\|im_end\|>\n)+$/

export default defineExport({
  name: 'chatml',
  about: 'plain text in ChatML, {text}, for trainers of raw text',
  source: 'ChatML: <|im_start|>role, text, <|im_end|>; TRL and Unsloth read a text column',
  kind: 'sft',
  container: 'jsonl',
  file: 'chatml.jsonl',
  thinking: 'inline',
  row: z.strictObject({
    text: z
      .string()
      .regex(whole, 'is not a row of ChatML turns')
      .refine((text) => /<\|im_start\|>assistant\n(?:(?!<\|im_start\|>)[\s\S])*$/.test(text), 'does not end with an assistant turn'),
  }),
  toRow({ messages }, { thinking }) {
    const marked = messages.find(({ content, reasoning = '' }) => /<\|im_(start|end)\|>/.test(content + reasoning))
    if (marked) throw new Inexpressible("the text holds ChatML's own marks, which would be read as turns")
    return {
      text: messages
        .map((turn) => `<|im_start|>${turn.role}\n${inlineThinking(turn, thinking === 'drop' ? 'drop' : 'inline')}<|im_end|>\n`)
        .join(''),
    }
  },
  fromRow: ({ text }) => ({
    kind: 'sft',
    messages: [...text.matchAll(turnPattern)].map(([, role, content]): Turn =>
      role === 'assistant' ? { role, ...splitThinking(content as string) } : { role: role as 'user', content: content as string },
    ),
  }),
})
