import { BadInput } from '@whetstone/core'
import { soundText } from './sound-text.ts'

/** One accepted answer, or a list of them. */
export function readAnswers(value: unknown, where: string): string[] {
  if (value === undefined || value === null) throw new BadInput(`${where}: is missing`)
  const list = Array.isArray(value) ? value : [value]
  if (list.length === 0) throw new BadInput(`${where}: holds no answer`)
  return list.map((member) => {
    // SQuAD's own form: [{ text, answer_start }]
    const item = member !== null && typeof member === 'object' && 'text' in member ? member.text : member
    if (item === null || typeof item === 'object') throw new BadInput(`${where}: is neither text nor a number, nor a list of them`)
    const text = String(item).trim()
    if (text === '') throw new BadInput(`${where}: is empty`)
    return soundText(text, where)
  })
}
