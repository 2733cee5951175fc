import { lineText } from '@whetstone/core'
import { columns } from './wrap.ts'

/** A text on what is left of a terminal's line behind `used` columns; of an answer its end may be shown, where what counts mostly stands. */
export function clipLine(text: string, used: number, end = false): string {
  const flat = lineText(text.replace(/\s+/g, ' ').trim())
  const room = columns - 2 - used
  if (flat.length <= room) return flat
  return end ? `…${flat.slice(1 - room)}` : `${flat.slice(0, room - 1)}…`
}
