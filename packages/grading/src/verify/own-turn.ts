import { announcements } from './announcement.ts'

/** Marks with which chat templates end a turn. */
const turnEnds = /<(?:\|(?:im_end|eot_id|endoftext|end_of_text|end)\|>|\/s>|end_of_turn>|eos>)/
/** A line that opens the next turn or the next of several worked examples. */
const nextTurn = /\n[\s#*>]*(?:Question|Problem|Exercise|Q|Human|User|Instruction)\s*\d{0,4}\s*(?:\*\*)?\s*:/
const nextTurns = new RegExp(nextTurn, 'g')

/** What a model says in its own turn: not what it makes up behind its end, a next question and the answer to that. A question that it repeats before it answers is its own. */
export function ownTurn(text: string): string {
  const end = turnEnds.exec(text)
  const said = end !== null && text.slice(0, end.index).trim() !== '' ? text.slice(0, end.index) : text
  if (!nextTurn.test(said)) return said
  for (const { index } of said.matchAll(nextTurns)) {
    const before = said.slice(0, index)
    if (/\\f?boxed|####|<\/answer>/.test(before) || announcements(before).length > 0) return before
  }
  return said
}

/** Without HTML's tags of emphasis. */
export const withoutTags = (text: string): string =>
  text.includes('</') ? text.replace(/<\/?(?:b|strong|i|em|u|mark|code|p|span|div)>|<br\s*\/?>/gi, '') : text
