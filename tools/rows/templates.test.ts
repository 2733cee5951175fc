// The chat templates of llama.cpp's bundle on real vocabularies: what is trained is what is served, row by row. `ROWS=200` tries as many rows of each; `npm test` fewer.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import { stripReasoning } from '@whetstone/inference/strip-reasoning.ts'
import { fromJsonl, haveTools, llamaSource, testFolder, toJsonl, tool } from './make-model.ts'
import { writeVocabulary } from './vocabulary-file.ts'

const test = suite('chat templates')
const source = llamaSource()
const built = haveTools('chat templates', ['llama-sample', 'llama-score']) && source !== null
if (source === null) process.stdout.write("\nSKIP chat templates: llama.cpp's source is not unpacked: run `npx nx run tools:build`\n")
const folder = testFolder('templates')
const rowsOfEach = Number(process.env['ROWS'] ?? 14)
/** What `npm test` tries; with ROWS set it is all of them. */
const some =
  /^(Qwen-QwQ|Qwen-Qwen3-0|deepseek-ai-DeepSeek-R1-Distill-Llama|meta-llama-Llama-3.2|mistralai-Mini|mistralai-Mistral-Nemo|microsoft-Phi|google-gemma-2|ibm-granite-granite-3|HuggingFaceTB-SmolLM3|openai-gpt-oss|openbmb-MiniCPM|LFM2-)/

/** Real vocabularies by the template's name; the others get GPT-2's byte pairs. */
const vocabularies: [RegExp, string][] = [
  [/^(Qwen|deepseek-ai-DeepSeek-R1-Distill-Qwen)/, 'qwen2'],
  [/Llama/, 'llama-bpe'],
  [/^microsoft-Phi/, 'phi-3'],
  [/^google-gemma/, 'gemma-4'],
  [/^(CohereForAI|Cohere2)/, 'command-r'],
]
/** Tokens that end a turn, the first that a template names. */
const ends = [
  '<|im_end|>',
  '<seed:eos>',
  '<end_of_sentence>',
  '[e~[',
  '<SPECIAL_12>',
  '<sep>',
  '</assistant>',
  '<|end_of_msg|>',
  '<|eot|>',
  '<|eot_id|>',
  '<end_of_turn>',
  '<turn|>',
  '<|return|>',
  '<|end|>',
  '<|END_OF_TURN_TOKEN|>',
  '<｜end▁of▁sentence｜>',
  '<|end_of_text|>',
  '<|role_end|>',
  '<|assistant_end|>',
  '<|endoftext|>',
  '</s>',
]
const specials = (template: string) => [
  ...new Set([
    ...[...template.matchAll(/<[|｜][^<>{}'"\s]{1,40}[|｜]>/g)].map(([name]) => name),
    ...[
      '<think>',
      '</think>',
      '[THINK]',
      '[/THINK]',
      '[INST]',
      '[/INST]',
      '[SYSTEM_PROMPT]',
      '[/SYSTEM_PROMPT]',
      '<start_of_turn>',
      '<end_of_turn>',
      '<seed:think>',
      '</seed:think>',
      '<s>',
      '</s>',
      '<turn|>',
      '<|turn>',
      ...ends,
    ].filter((name) => template.includes(name)),
    ...ends.slice(-1),
  ]),
]

/** Templates that wrap an answer in plain text of their own, which only a parser of their family takes away. */
const wrapped = /^(meetkai-functionary-medium-v3.2|muse-glimmer|Kimi-K3)/

type Message = { role: string; content: string; reasoning_content?: string }
type Row = { id: number; messages: Message[]; template_args?: object; content: string; reasoning: string; way: string }
const nouns = ['12 + 30', 'the sea', 'naïve Zwölf', 'a  b', 'x_1 = {y}', '日本', '"quoted"', 'two\nlines']

/** Rows that differ by system message, thinking (on, off, unsaid), how the answer holds its reasoning, and how many turns went before. */
function makeRows(marks: readonly [string, string] | undefined): Row[] {
  const [open, close] = marks ?? ['<think>', '</think>']
  const ways = marks ? ['none', 'field', 'content', 'sampled'] : ['none']
  return Array.from({ length: rowsOfEach }, (_, id) => {
    const pick = <T>(items: readonly T[], at: number) => items[Math.floor(id / at) % items.length] as T
    const way = pick(ways, 1)
    const thinking = pick([undefined, true, false], ways.length)
    const content = `It is ${pick(nouns, 1)}, row ${id}.`
    const reasoning = way === 'none' ? '' : `First ${pick(nouns, 3)}.\nThen ${id}.`
    const written = `${reasoning}\n${close}\n\n${content}`
    const answer = { none: content, field: content, content: `${open}\n${written}`, sampled: written }[way] as string
    const before = pick([[], ['hello', 'Good day.'], ['hello', `${open}\nHm.\n${close}\n\nGood day.`]], 2)
    return {
      id,
      messages: [
        ...(pick([true, false], 5) ? [{ role: 'system', content: `Be brief, ${pick(nouns, 7)}.` }] : []),
        ...before.map((text, i) => ({ role: i % 2 ? 'assistant' : 'user', content: text })),
        { role: 'user', content: `What is ${pick(nouns, 2)}?` },
        { role: 'assistant', content: answer, ...(way === 'field' ? { reasoning_content: reasoning } : {}) },
      ],
      template_args: thinking === undefined ? undefined : { enable_thinking: thinking },
      content,
      reasoning: thinking === false ? '' : reasoning,
      way,
    }
  })
}

type Prompt = { id: number; prompt: number[]; prompt_text: string; opened?: boolean; reasoning_marks?: [string, string]; error?: string }
type Answer = { id: number; prompt: number[]; completion: number[]; text: string; completion_text: string; error?: string }
const render = <T>(name: string, model: string, rows: readonly object[]): T[] => {
  const { code, out, error } = tool(name, ['-m', model, '--data', '-', '--render', '--date', '2026-11-30'], toJsonl(rows))
  if (code !== 0) throw new Error(error)
  return fromJsonl<T>(out)
}

const templates = built
  ? readdirSync(join(source, 'models/templates'))
      .filter((file) => file.endsWith('.jinja') && (process.env['ROWS'] !== undefined || some.test(file)))
      .sort()
  : []
const counts: { template: string; equal: number; refused: number; problems: string[] }[] = []

for (const file of templates)
  test(file, () => {
    const template = readFileSync(join(source as string, 'models/templates', file), 'utf8')
    const vocabulary = vocabularies.find(([name]) => name.test(file))?.[1] ?? 'gpt-2'
    const names = specials(template)
    const end = ends.find((name) => names.includes(name)) ?? null
    const model = writeVocabulary(
      join(folder, `${file}.gguf`),
      join(source as string, `models/ggml-vocab-${vocabulary}.gguf`),
      template,
      names,
      end,
    )
    const [probe] = render<Prompt>('llama-sample', model, [{ messages: [{ role: 'user', content: 'a' }] }])
    const rows = makeRows(probe?.reasoning_marks)
    const served = render<Prompt>(
      'llama-sample',
      model,
      rows.map(({ id, messages, template_args }) => ({ id, messages: messages.slice(0, -1), template_args })),
    )
    const trained = render<Answer>(
      'llama-score',
      model,
      rows.map(({ id, messages, template_args }) => ({ id, messages, template_args })),
    )
    const problems: string[] = []
    let refused = 0
    for (const [i, row] of rows.entries()) {
      const [prompt, answer] = [served[i] as Prompt, trained[i] as Answer]
      const wrong = (what: string) => problems.push(`row ${row.id} (${row.way}, ${JSON.stringify(row.template_args ?? {})}): ${what}`)
      if (prompt.error || answer.error) {
        refused++
        if (!prompt.error || !answer.error) wrong(`only one of both refuses: ${prompt.error ?? answer.error}`)
        continue
      }
      if (JSON.stringify(prompt.prompt) !== JSON.stringify(answer.prompt)) wrong(`prompts differ: ${JSON.stringify(prompt.prompt_text)}`)
      if (answer.completion.indexOf(answer.completion.at(-1) as number) !== answer.completion.length - 1)
        wrong(`more than one end: ${answer.completion_text}`)
      const closed = prompt.reasoning_marks && prompt.prompt_text.trimEnd().endsWith(prompt.reasoning_marks[1]) // no reasoning can be written then
      const stripped = stripReasoning(answer.text, { opened: prompt.opened, marks: prompt.reasoning_marks })
      if (stripped.unclosed || (wrapped.test(file) ? !stripped.text.includes(row.content) : stripped.text.trim() !== row.content))
        wrong(
          `the answer comes back as ${JSON.stringify(stripped)} of ${JSON.stringify(answer.completion_text)} after ${JSON.stringify(prompt.prompt_text.slice(-60))}`,
        )
      if ((stripped.reasoning ?? '') !== (closed ? '' : row.reasoning.trim()))
        wrong(
          `the reasoning comes back as ${JSON.stringify(stripped.reasoning)} of ${JSON.stringify(answer.completion_text)} after ${JSON.stringify(prompt.prompt_text.slice(-60))}`,
        )
    }
    counts.push({ template: file, equal: rows.length - refused - new Set(problems.map((p) => p.split(' ')[1])).size, refused, problems })
    if (problems.length > 0) throw new Error(problems.slice(0, 2).join('\n'))
  })

test.after(() => {
  if (process.env['ROWS'])
    for (const { template, equal, refused } of counts)
      process.stdout.write(`| ${template.replace('.jinja', '')} | ${equal} | ${refused} |\n`)
})
test.run()
