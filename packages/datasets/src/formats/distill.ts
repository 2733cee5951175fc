import type { Example, Format } from '@whetstone/core'
import { plugin } from '@whetstone/core'
import { z } from 'zod'
import { renderRows } from '../render-rows.ts'

/**
 * A row for learning from the model itself with its memory: `prompt` without it, `teacher_prompt` as it was sampled with it. Where a row shows its
 * memory, or there was none, the teacher reads what the model reads. Rows whose tokens are not known cannot be told apart so and are refused.
 */
function shape({ messages, weight, trace, promptText, templateArguments, ids, forced, remembered }: Example): object {
  const prompt = promptText ?? messages.slice(0, -1)
  return {
    prompt,
    teacher_prompt: remembered ?? prompt,
    ...(ids === null ? { completion: messages.at(-1)?.content ?? '' } : { completion_ids: ids }),
    forced: forced.length > 0 ? forced : undefined,
    template_args: promptText === null ? (templateArguments ?? undefined) : undefined,
    weight,
    trace,
  }
}

export default plugin({
  name: 'distill',
  about: 'rows for llama-train distill: the prompt without the memory, and with it for the teacher, the same model before training',
  settings: z.strictObject({}),
  make: (): Format => ({ name: 'distill', kind: 'sft', file: 'distill.jsonl', render: (rows) => renderRows(rows, shape) }),
})
