import type { Format, Pair } from '@whetstone/core'
import { plugin } from '@whetstone/core'
import { z } from 'zod'
import { renderRows } from '../render-rows.ts'

/** As in llama-train: ids where both answers' are known, else messages. */
function shape({ prompt, chosen, rejected, weight, traces, promptText, templateArguments, ids, forced }: Pair): object {
  const common = { template_args: promptText === null ? (templateArguments ?? undefined) : undefined, weight, traces }
  if (ids.chosen === null || ids.rejected === null) return { prompt, chosen, rejected, ...common }
  const given = (spans: Pair['forced']['chosen']) => (spans.length > 0 ? spans : undefined)
  return {
    prompt: promptText ?? prompt,
    chosen_ids: ids.chosen,
    rejected_ids: ids.rejected,
    chosen_forced: given(forced.chosen),
    rejected_forced: given(forced.rejected),
    ...common,
  }
}

export default plugin({
  name: 'llama-train-pairs',
  about: "the native trainer's own preference rows: token ids as sampled where they are known, else messages",
  settings: z.strictObject({}),
  make: (): Format => ({
    name: 'llama-train-pairs',
    kind: 'preference',
    file: 'llama-train-pairs.jsonl',
    render: (rows) => renderRows(rows, shape),
  }),
})
