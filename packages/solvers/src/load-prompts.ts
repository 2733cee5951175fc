import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BadInput } from '@whetstone/core'
import { z } from 'zod'

/** Models write Yes and NO ERRORS where they were asked for yes and no errors. */
const Pattern = z.string().transform((source) => new RegExp(source, 'is'))

/**
 * What solvers say, under a versioned name: a file of `prompts/`. Texts hold `{problem}`, `{answer}`, `{critique}`, `{feedback}`, `{work}`,
 * `{summary}`. A text that shows the problem stands alone; one that does not is the next turn of the conversation.
 */
const Prompts = z.strictObject({
  about: z.string(),
  /** Asks for what is wrong with an answer, right or not; and with one that is known to be wrong, `feedback` being what its grade says. */
  critique: z.string(),
  reflect: z.string(),
  feedback: z.string(),
  /** What of a critic's words is the critique, where it thinks aloud first; all of them when absent. */
  said: Pattern.optional(),
  /** A critique that finds nothing. */
  nothingWrong: Pattern,
  /** Asks for a second look: without a word on it, after a failed grade, with a critique. */
  again: z.string(),
  failed: z.string(),
  rewrite: z.string(),
  /** What a rewriter sees: the whole conversation, or the problem and the last answer. */
  window: z.enum(['whole', 'last']),
  /** What any answer looks like, where that can be told: a teacher's rewrite in another form is none. */
  form: Pattern.optional(),
  /** Asks for the next piece of reasoning, where that is another question than the problem itself. */
  piece: z.string().optional(),
  summarize: z.string(),
  resume: z.string(),
  /** Whether the answer is the last piece alone, or the whole steps of all pieces one after the other. */
  join: z.enum(['last', 'pieces']),
  hint: z.string(),
  /** Asks for the next step, and whether the last one is right. */
  step: z.string(),
  verdict: z.string(),
  yes: Pattern,
  /** Most tokens of a verdict, a thought before it included; as many as an answer may have when absent. */
  verdictTokens: z.number().int().positive().optional(),
  /** What ends a step, and what shows that a step is the last. */
  separator: z.string().min(1),
  final: Pattern,
  /** The part of a text that votes compare. */
  answer: Pattern,
})
export type Prompts = z.infer<typeof Prompts>

const folder = join(import.meta.dirname, 'prompts')
const loaded = new Map<string, Prompts>()

/** A file of `prompts/` by its name. Throws BadInput where there is none, with the names that there are. */
export function loadPrompts(name: string): Prompts {
  const known = loaded.get(name)
  if (known) return known
  const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ''))
  if (!names.includes(name)) throw new BadInput(`No prompts "${name}". There are: ${names.join(', ')} (packages/solvers/src/prompts)`)
  const prompts = Prompts.parse(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')))
  loaded.set(name, prompts)
  return prompts
}

/** A text with its places filled. What is filled in is never looked at for places again. */
export const fill = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place)
