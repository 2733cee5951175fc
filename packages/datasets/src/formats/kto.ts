import type { Format, Pair } from '@whetstone/core'
import { plugin } from '@whetstone/core'
import { z } from 'zod'
import { renderRows } from '../render-rows.ts'

/** Both answers of a pair as rows of their own: one that is wanted and one that is not. */
const shape = ({ prompt, chosen, rejected, weight, traces, templateArguments }: Pair) => {
  const common = { weight, template_args: templateArguments ?? undefined }
  return [
    { messages: [...prompt, ...chosen], desirable: true, trace: traces.chosen, ...common },
    { messages: [...prompt, ...rejected], desirable: false, trace: traces.rejected, ...common },
  ]
}

export default plugin({
  name: 'kto',
  about: 'answers that are wanted or not, {messages, desirable, weight, trace}: what llama-train kto reads',
  settings: z.strictObject({}),
  make: (): Format => ({
    name: 'kto',
    kind: 'preference',
    file: 'kto.jsonl',
    async *render(rows) {
      for await (const pair of rows) yield* renderRows(shape(pair), (row) => row)
    },
  }),
})
