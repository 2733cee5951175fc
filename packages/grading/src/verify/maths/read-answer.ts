import type { Answer, Joint, Sign } from './answer.ts'
import { readLeaf, readsAsNumber } from './read-leaf.ts'
import { readSpecial } from './read-special.ts'
import { closingBracket, replaceCommand, splitTop } from './scan.ts'
import { tidy } from './tidy.ts'

/** Tidied text that has grown beyond this (a thousand root signs) is no answer. */
const longest = 8192

const semicolon = /;|\\\\/y
const joints = /\s*(?:,\s*)?(?:\\text\{\s*,?\s*(?:and|or)\s*\}|(?<![A-Za-z\\])(?:and|or)(?![a-z]))\s*|\s*,\s*/y
const relations = /\\(?:le|ge|ne|approx|equiv)(?![A-Za-z])|[=<>]/y
const unions = /\\cup(?![A-Za-z])/y
const colon = /(?<!\\text\{[^{}]*):|(?<=[\d}])\s*(?:\\text\{\s*to\s*\}|(?<=\s)to(?=\s))\s*(?=[\d\\])/y

/** Reads one answer, LaTeX or plain text, without its surrounding sentence; null when it is empty. */
export function readAnswer(text: string): Answer | null {
  const tidied = tidy(text)
  return tidied.length > longest ? null : read(withoutThousands(withRoundBrackets(unwrap(tidied))))
}

/** Open bounds as France writes them: `]0,3[` is `(0,3)`. */
function withRoundBrackets(text: string): string {
  if (!/\[[^[\]]*\[|(?:^|\\in|\\cup|=)\s*\]/.test(text)) return text
  return text
    .replace(
      /((?:^|\\in|\\cup|\\setminus|=)\s*)\]([^[\]]*,[^[\]]*)([[\]])/g,
      (_, before: string, inside: string, close: string) => `${before}(${inside}${close === '[' ? ')' : ']'}`,
    )
    .replace(/\[([^[\]]*,[^[\]]*)\[/g, '[$1)')
}

const environment = /\\(?:begin|end)\{(?:align|aligned|equation|gather|cases|split)\*?\}|(?<!\\)\\[[\]()]|\\tag\{[^}]*\}/g

/**
 * Takes off dollar signs, boxes, environments, outer commands and closing punctuation, and joins a chain of relations over several lines.
 */
function unwrap(tidied: string): string {
  return withoutDollars(replaceCommand(tidied, /\\(?:f?boxed|fbox|underline)\s*\{/g, (content) => content).replace(environment, ' '))
    .replace(/\\\\\s*&?\s*(?=[=<>])|&(?=\s*[=<>])|&$/g, ' ')
    .trim()
    .replace(/^(?:(?:[:=,]|\.(?!\d))\s*)+|(?:\s*(?:[.,;:]|\\\\))+$/g, '')
    .trim()
}

/** Dollar signs are delimiters, but a last one without a partner before a number is currency. */
function withoutDollars(text: string): string {
  const isOdd = (text.match(/(?<!\\)\$/g)?.length ?? 0) % 2 === 1
  return text.replace(/(?<!\\)\$/g, (_dollar, at: number) => (isOdd && /^\s*[\d.][^$]*$/.test(text.slice(at + 1)) ? '\\$' : ' '))
}

/**
 * `1,234/2` is 617 and `1,500x` 1500x: a comma between up to three digits and groups of three is no comma of a list where it stands outside
 * round and square brackets and sets, whose commas part members. What is only digits and commas is left as it is, since `15,600` may be two
 * answers.
 */
function withoutThousands(text: string): string {
  if (!/\d,\d{3}/.test(text) || /^[\d,.\s]*$/.test(text)) return text
  return text.replace(/(?<![\d,.])[1-9]\d{0,2}(?:,\d{3})+(?![\d,])/g, (run, at: number) =>
    isInside(text.slice(0, at)) ? run : run.replaceAll(',', ''),
  )
}
function isInside(before: string): boolean {
  const depth = (before.match(/[([]|\\\{/g)?.length ?? 0) - (before.match(/[)\]]|\\\}/g)?.length ?? 0)
  return depth > 0
}

function read(text: string): Answer | null {
  const trimmed = text
    .trim()
    .replace(/^\+(?=\s*[\d\\.A-Za-z(])/, '')
    .replace(/^(?:\\text\{\s*)?(?:minus|negative|moins|menos|meno|минус|[负負])\s*\}?\s*(?=[\d.$\\])/i, '-')
    .trim()
  if (trimmed === '') return null
  const special = readSpecial(trimmed, false)
  if (special) return special
  if (readsAsNumber(trimmed)) return readItem(trimmed)
  const groups = splitTop(trimmed, semicolon).parts.filter((part) => part.trim() !== '')
  if (groups.length > 1 && !/\\begin/.test(trimmed))
    return list(
      groups.map((group) => asGroup(read(group))),
      'comma',
    )
  const { parts, found } = splitTop(trimmed, joints)
  const filled = parts.filter((part) => part.trim() !== '')
  if (filled.length > 1) {
    const joint = found.some((by) => by.includes('or')) ? 'or' : found.some((by) => by.includes('and')) ? 'and' : 'comma'
    return list(
      filled.map((part) => (readsAsNumber(part) ? readItem(part) : (readSpecial(part.trim(), false) ?? readItem(part)))),
      joint,
    )
  }
  return readItem(filled.length === 1 && parts.length > 1 ? (filled[0] as string) : trimmed, true)
}

/** `p=5,q=2` between semicolons is one solution: a tuple. */
const asGroup = (answer: Answer | null): Answer | null =>
  answer?.kind === 'list' ? { kind: 'tuple', items: answer.items, open: '(', close: ')' } : answer

function list(items: (Answer | null)[], joint: Joint): Answer | null {
  const flat = flatten(items)
  return flat.length === 0 ? null : flat.length === 1 ? (flat[0] as Answer) : { kind: 'list', items: flat, joint }
}

const flatten = (items: (Answer | null)[]) =>
  items.filter((item) => item !== null).flatMap((item) => (item.kind === 'list' ? item.items : [item]))

/** `x: 5` gives x; `x : 5` and `x:5` are ratios. */
const listed = /^([A-Za-z](?:_\{?\w+\}?)?):\s+(?=-?[\d.]+$)/
/** `\\text{The value of } x \\text{ is } 3` */
const said = /^(?:\\text\{[^{}]*\}\s*)?(\\?[A-Za-z]+(?:_\{?\w+\}?)?)\s*\\text\{\s*(?:is|equals)(?:\s+equal\s+to)?\s*\}\s*(?=\S)/
/** `alone`: no member of a list. */
function readItem(text: string, alone = false): Answer | null {
  const item = text.trim().replace(listed, '$1=').replace(said, '$1=')
  if (/\\(?:pm|mp)(?![A-Za-z])/.test(item)) {
    const signed = (upper: string, lower: string) => item.replace(/\\pm(?![A-Za-z])/g, upper).replace(/\\mp(?![A-Za-z])/g, lower)
    return list([read(signed('+', '-')), read(signed('-', '+'))], 'comma')
  }
  const member = /^(?:[A-Za-z](?:_\{?\w+\}?)?|\([^()]*\))\s*\\in(?![A-Za-z])/.exec(item)
  if (member) return read(item.slice(member[0].length))
  const { parts: sides, found } = splitTop(item, relations)
  if (sides.length > 1) {
    const filled = sides.map((side) => side.trim())
    if (filled.every((side) => side !== ''))
      return (alone ? tupleOfAssignments(filled, found) : null) ?? { kind: 'relation', sides: filled, signs: found as Sign[] }
    if (filled.filter((side) => side !== '').length === 1) {
      const side = filled.find((one) => one !== '') as string
      // `> 3` is no 3: a bound on whatever is asked for.
      const isBound = found.some((sign) => sign !== '=' && sign !== '\\approx')
      return isBound && filled.length === 2
        ? { kind: 'relation', sides: filled[0] === '' ? ['x', side] : [side, 'x'], signs: found as Sign[] }
        : read(side)
    }
  }
  const parts = splitTop(item, unions).parts
  if (parts.length > 1) return { kind: 'union', parts: parts.map(read).filter((part) => part !== null) }
  return readBrackets(item) ?? readRatio(item) ?? readLeaf(item)
}

/** `(x,y) = (1,2)` says `x = 1` and `y = 2`. */
function tupleOfAssignments(sides: string[], signs: string[]): Answer | null {
  if (sides.length !== 2 || signs[0] !== '=') return null
  const names = /^\(\s*([A-Za-z](?:_\w)?(?:\s*,\s*[A-Za-z](?:_\w)?)+)\s*\)$/.exec(sides[0] as string)?.[1]?.split(',')
  const value = names ? read(sides[1] as string) : null
  const values =
    value?.kind === 'tuple' && value.open === '(' && value.close === ')' ? /^\(([^()]*)\)$/.exec(sides[1] as string)?.[1] : undefined
  const parts = values === undefined ? [] : splitTop(values, /\s*,\s*/y).parts
  if (!names || parts.length !== names.length) return null
  return {
    kind: 'list',
    items: names.map((name, i) => ({ kind: 'relation', sides: [name.trim(), parts[i] as string], signs: ['='] })),
    joint: 'comma',
  }
}

function readBrackets(item: string): Answer | null {
  const escaped = item.startsWith('\\{')
  const open = item[escaped ? 1 : 0] as string
  if (!'([{'.includes(open) || closingBracket(item, escaped ? 1 : 0) !== item.length - 1) return null
  const inside = item.slice(escaped ? 2 : 1, escaped ? -2 : -1)
  const close = item.at(-1) as string
  const { parts } = splitTop(inside, /\s*[,;]\s*/y)
  if (escaped && /^\s*\\emptyset\s*$/.test(inside)) return { kind: 'text', text: item } // the set that holds the empty one
  if (escaped) return readSet(inside) ?? { kind: 'set', items: flatten(parts.map(read)) }
  if (open === '{') return read(inside)
  if (parts.length === 1 && inside.trim().startsWith('\\begin')) return read(inside)
  if (parts.length === 1) return open === '(' && close === ')' && !/^\s*[A-Z]\s*$/.test(inside) ? read(inside) : null
  if (parts.some((part) => part.trim() === '')) return null
  return { kind: 'tuple', items: parts.map(read).filter((part) => part !== null), open, close }
}

/** `\{x : x > 2\}` is its condition. */
function readSet(inside: string): Answer | null {
  const bar = inside.search(/\\?[|:]/)
  return bar >= 0 && /[<>=]|\\(?:le|ge|ne|in)/.test(inside) ? read(inside.slice(bar).replace(/^\\?[|:]/, '')) : null
}

function readRatio(item: string): Answer | null {
  const terms = splitTop(item, colon).parts.map((part) => part.trim())
  const isTerm = (term: string) => term !== '' && !/[A-Za-z]{2}(?![A-Za-z]*\{)/.test(term.replace(/\\[A-Za-z]+/g, ''))
  return terms.length > 1 && terms.every(isTerm) ? { kind: 'ratio', terms: terms.map(readLeaf), text: item } : null
}
