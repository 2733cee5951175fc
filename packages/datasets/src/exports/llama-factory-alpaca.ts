import { z } from 'zod'
import { defineExport } from '../define-export.ts'
import { Inexpressible, type Turn } from '../export-row.ts'
import { llamaFactoryFiles } from '../llama-factory.ts'
import { inlineThinking, singleTurn, splitThinking, withSystem } from '../turns.ts'

export default defineExport({
  name: 'llama-factory-alpaca',
  about: 'alpaca rows for LLaMA-Factory with dataset_info.json and a ready YAML',
  source: 'LLaMA-Factory, data/README.md: alpaca format, supervised fine-tuning',
  kind: 'sft',
  container: 'json',
  file: 'llama-factory-alpaca.json',
  thinking: 'inline',
  row: z.strictObject({
    instruction: z.string().min(1),
    input: z.string().nullish(),
    output: z.string().min(1),
    system: z.string().nullish(),
    history: z.array(z.tuple([z.string(), z.string()])).nullish(),
  }),
  toRow({ messages }, { thinking }) {
    const system = messages[0]?.role === 'system' ? messages[0].content : undefined
    const turns = system === undefined ? messages : messages.slice(1)
    if (turns.some(({ role }, index) => role !== (index % 2 === 0 ? 'user' : 'assistant')))
      throw new Inexpressible(`alpaca rows are questions and answers by turns, not ${turns.map(({ role }) => role).join(', ')}`)
    const history = Array.from({ length: turns.length / 2 - 1 }, (_, i): [string, string] => [
      (turns[2 * i] as Turn).content,
      inlineThinking(turns[2 * i + 1] as Turn, thinking === 'drop' ? 'drop' : 'inline'),
    ])
    const last = singleTurn(turns.slice(-2), 'alpaca')
    return {
      instruction: last.question,
      input: '',
      output: inlineThinking(last.answer, thinking === 'drop' ? 'drop' : 'inline'),
      // Each column in every row, empty too: the loader looks for those that dataset_info.json names.
      system: system ?? '',
      history,
    }
  },
  fromRow({ instruction, input, output, system, history }) {
    const turns: Turn[] = (history ?? []).flatMap(([asked, said]): Turn[] => [
      { role: 'user', content: asked },
      { role: 'assistant', ...splitThinking(said) },
    ])
    return {
      kind: 'sft',
      messages: withSystem(system, [
        ...turns,
        { role: 'user', content: input ? `${instruction}\n${input}` : instruction },
        { role: 'assistant', ...splitThinking(output) },
      ]),
    }
  },
  companions: (written) =>
    llamaFactoryFiles(written, {
      stage: 'sft',
      entry: { columns: { prompt: 'instruction', query: 'input', response: 'output', system: 'system', history: 'history' } },
    }),
})
