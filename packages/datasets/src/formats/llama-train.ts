import type { Example, Format } from '@whetstone/core'
import { plugin } from '@whetstone/core'
import { z } from 'zod'
import { renderRows } from '../render-rows.ts'

/**
 * A row as it was sampled where its tokens are known: the prompt's text as it was rendered, or the messages to be rendered again where something
 * was taken out of it, and the completion's ids. Everybody else's text goes through the model's chat template, told what sampling told it.
 */
function shape({ messages, weight, trace, promptText, templateArguments, ids, forced }: Example): object {
  const common = { template_args: promptText === null ? (templateArguments ?? undefined) : undefined, weight, trace }
  if (ids === null) return { messages, ...common }
  return { prompt: promptText ?? messages.slice(0, -1), completion_ids: ids, forced: forced.length > 0 ? forced : undefined, ...common }
}

export default plugin({
  name: 'llama-train',
  about: "the native trainer's own rows: prompt as rendered and token ids as sampled where they are known, else messages",
  settings: z.strictObject({}),
  make: (): Format => ({ name: 'llama-train', kind: 'sft', file: 'llama-train.jsonl', render: (rows) => renderRows(rows, shape) }),
})
