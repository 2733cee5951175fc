/** A call of a tool; its arguments are JSON text. */
export type ToolCall = { id?: string | undefined; name: string; arguments: string }

/** A turn as exports see it: the answer and, apart from it, what was thought before; or tools that are called, and what one of them gave. */
export type Turn = {
  role: 'system' | 'user' | 'assistant' | 'tool'
  content: string
  reasoning?: string | undefined
  calls?: ToolCall[] | undefined
  /** Of a tool's turn: the call that it answers, and the tool. */
  callId?: string | undefined
  name?: string | undefined
}

/** What a row is worth to somebody who asks where it came from; kept in a side file unless it is wanted in the rows. */
export type Provenance = { traces: string[]; task?: string | undefined; taskset?: string | undefined; split?: string | undefined }

/** A worked example: the last turn is the assistant's. */
/** `tools` are the functions that could be called, as JSON schemas. */
export type SftRow = { kind: 'sft'; messages: Turn[]; tools?: unknown[] | undefined; promptText?: string | null; provenance?: Provenance }
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

/** Whether a row calls tools, or could: most formats have no words for that. */
export function toolsOf(row: ExportRow): string | null {
  const turns =
    row.kind === 'sft'
      ? row.messages
      : row.kind === 'preference'
        ? [...row.prompt, ...row.chosen, ...row.rejected]
        : row.kind === 'labelled'
          ? [...row.prompt, ...row.completion]
          : row.prompt
  const place = turns.findIndex(({ role, calls }) => role === 'tool' || calls?.length)
  if (place >= 0) return `turn ${place + 1} ${turns[place]?.role === 'tool' ? 'is what a tool gave' : 'calls a tool'}`
  return row.kind === 'sft' && row.tools?.length ? 'it offers tools' : null
}
