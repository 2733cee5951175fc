import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hash } from '@whetstone/core'

export type PromptName = 'success' | 'failure' | 'contrast' | 'check' | 'judge'
export type Prompt = {
  name: PromptName
  /** The first 12 digits of the file's hash: which wording wrote a memory. */
  version: string
  /** The wording with its {{places}} filled. What is filled in is text: places in it stay as they are. */
  fill(values: Record<string, string>): string
}

/** Reads a prompt from prompts/<name>.md. */
export function readPrompt(name: PromptName): Prompt {
  const text = readFileSync(join(import.meta.dirname, 'prompts', `${name}.md`), 'utf8').trim()
  return {
    name,
    version: hash(text).slice(0, 12),
    fill: (values) => text.replace(/\{\{(\w+)\}\}/g, (_, place: string) => values[place] ?? ''),
  }
}
