import { z } from 'zod'

/** A turn as exports see it: the answer and, apart from it, what was thought before. */
export const Turn = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string(), reasoning: z.string().optional() })
export type Turn = z.infer<typeof Turn>

/** What a row is worth to somebody who asks where it came from; kept in a side file unless it is wanted in the rows. */
export type Provenance = { traces: string[]; task?: string | undefined; taskset?: string | undefined; split?: string | undefined }

/** A worked example: the last turn is the assistant's. */
export type SftRow = { kind: 'sft'; messages: Turn[]; promptText?: string | null; provenance?: Provenance }
/** Two answers to one prompt. */
export type PreferenceRow = { kind: 'preference'; prompt: Turn[]; chosen: Turn[]; rejected: Turn[]; provenance?: Provenance }
/** An answer that is to be imitated or shunned. */
export type LabelledRow = { kind: 'labelled'; prompt: Turn[]; completion: Turn[]; label: boolean; provenance?: Provenance }
/** A question with its gold answer, for trainers that sample answers themselves. */
export type PromptRow = {
  kind: 'prompt'
  prompt: Turn[]
  answer: string
  taskset: string
  index: number
  split: string
  provenance?: Provenance
}
export type ExportRow = SftRow | PreferenceRow | LabelledRow | PromptRow
export type ExportKind = ExportRow['kind']

export type ExportOptions = {
  /** Where thinking goes: a field of its own, in front of the answer in `<think>` tags, or nowhere. */
  thinking: 'separate' | 'inline' | 'drop'
  /** Prompts and completions as plain text where a format has both shapes. */
  text: boolean
  /** Preference pairs without a prompt column, the prompt inside both answers. */
  implicit: boolean
}

/** Thrown for a row that a format has no words for: which part, and why. */
export class Inexpressible extends Error {
  override name = 'Inexpressible'
}
