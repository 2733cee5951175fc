import { readAnnounced } from '../number/read-announced.ts'
import { plainText } from '../number/plain-text.ts'
import { sameRational } from '../rational.ts'
import type { Quantity } from './quantities.ts'

const bareNumber = /^\s*(?:\p{Sc}\s?)?[-−]?(?:\d[\d.,]*|\.\d+)\s*$/u
/** Words that tie a number to the one before it. */
const tie =
  /^\s*(?:to|or|and|plus|minus|times|out of|of|over|through|until|between|per|by|bis|oder|und|mal|ou|et|à|fois|o|u|y|a|por|e|per|или|и|до|或|和|到|至|から|または|또는|[-–~])\s*$/iu
const endOfClause = /[,;](?!\d)|[。，；、]|\s+(?:because|since|as|so|who|which|with|when|where|if)\s|=/u

/**
 * A bare number of an announcing sentence, read with the words around it as the number grader reads it: `more than 3`, `2 or 3`, `20 out of 30`, `June 3` and `the root of 3` are not 3 and come back
 * as their words, `moins 5` is -5 and `2 plus 3` is 5. What is more than a bare number comes back as it is.
 */
export function vetNumber(sentence: string, all: readonly Quantity[], at: number, content: string): string {
  const { from, to } = all[at] as Quantity
  if (!bareNumber.test(content)) return content
  let first = at
  while (first > 0 && tie.test(sentence.slice(all[first - 1]?.to, all[first]?.from))) first--
  const start = first > 0 ? (all[first - 1] as Quantity).to : 0
  const stop = endOfClause.exec(sentence.slice(to))
  const clause = sentence.slice(start, stop ? to + stop.index : sentence.length)
  const isPaired = (clause.match(/(?<!\\)\$/g)?.length ?? 0) % 2 === 0
  const text = plainText(clause.replace(isPaired ? /(?<!\\)\$|\\[()[\]]/g : /\\[()[\]]/g, ' '))
  const read = readAnnounced(text, 'sentence')
  if (!read) return content
  if (!read.written)
    return `\\text{${sentence.slice(start === 0 ? 0 : from, stop ? to + stop.index : undefined).replace(/[\\{}$]/g, ' ')} (${content.trim()})}`
  const { value, clock, percent } = read.written
  const own = readAnnounced(plainText(content), 'gold')?.written
  if (own && sameRational(own.value, value) && clock === undefined) return content
  if (clock !== undefined) return read.text
  return `${value.d === 1n ? value.n : `${value.n < 0n ? '-' : ''}\\frac{${value.n < 0n ? -value.n : value.n}}{${value.d}}`}${percent ? '\\%' : ''}`
}
