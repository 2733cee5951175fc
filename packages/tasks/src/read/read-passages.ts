import { decodeText } from './decode-text.ts'
import { readBytes, unpackedName } from './read-bytes.ts'

/** Whether a file is text without rows, by its name: prose, pages, notes, logs, programs. */
export const isProse = (file: string): boolean =>
  /\.(?:txt|md|markdown|rst|adoc|org|tex|html?|xml|log|ya?ml|srt|vtt|py|js|ts|java|c|cpp|sql)$/i.test(unpackedName(file))

/** A passage of a text and the line where it begins. */
export type Passage = { text: string; line: number }

/** The paragraphs of a text, and all of it as one more where there are several, since what is looked for may go over a blank line. */
export function readPassages(file: string): Passage[] {
  const { text } = decodeText(readBytes(file), file)
  const passages: Passage[] = []
  let line = 1
  for (const part of text.split(/(\n\s*\n)/)) {
    if (part.trim() !== '') passages.push({ text: part, line: line + (/^\s*/.exec(part)?.[0].split('\n').length ?? 1) - 1 })
    line += part.split('\n').length - 1
  }
  return passages.length > 1 ? [...passages, { text, line: 1 }] : passages
}
