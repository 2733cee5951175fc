import { add, multiply, type Rational } from '../rational.ts'
import { evaluateArithmetic } from '../arithmetic.ts'
import { findNumbers, type Found } from './find-numbers.ts'
import { noNumberBefore, noNumberBehind } from './other-meaning.ts'
import { withSpelledStart, type Language } from './spelled.ts'
import { conversion, unitNamed } from './units.ts'
import type { Written } from './written.ts'

/** Where an answer stands: in a box and as a gold answer nothing else may stand there, and a gold answer is not worked out. */
export type Place = 'sentence' | 'box' | 'gold'
/** What a box or an announcing sentence gives: a number read to its end, or none, and the text that was read; `where` it begins, or what announces it ends. */
export type Announced = { written: Written | null; text: string; where?: { text: string; from: number } }

const arithmetic = /\s*(?:[-+*/^]|\\(?:times|cdot|div)|x(?=\s*\d))\s*[-(\\$]*\s*[\d.]/y
const run = /[-+*/^().,\d\s$%{}x]+|\\(?:times|cdot|div|[dt]?frac|left|right|[%$,!])/y
const other = /\s*(?:,|;|&|-|\\text\{\s*(?:and|or)\s*\}|(?:and|or|to|und|oder|et|ou|y|o)\b)\s*[-+$€£¥(\\]*\s*\d/iy
const gluedWord = /[A-Za-z]+/y
const command =
  /\s*\\(?!(?:text(?:bf|rm|it|normal)?|mathrm|mbox|q?quad|circ|degree|dots|ldots|right|left|pounds|end|big|Big)(?![a-z])|[,;:! %$)\]}\\])/y
const raised = /\s*\^(?!\s*\{?\s*\\(?:circ|degree|text))|_(?=[\w{])|\s*[√π]|!(?=\S)/y
const goesOn = /\s*[-+*/=!](?=\s*\S|$)/y
const variable = /\s*[-+*/]\s*[b-hj-zB-HJ-Z](?![A-Za-z'’])|\s+[A-Za-z]\s*(?:[-+*/^=](?!-)|\\|$)|\s*\*?\s*[A-Za-z]\s*\(/y
const unitWord = /\s*-?\s*(?:\\(?:text|mathrm|mbox)\s*\{\s*)?([A-Za-z]+)\.?\s*\}?/y
const next = /\s*(?:,|and|&|\\text\{\s*and\s*\})?\s*(?=\d)/y

/** `5 = x` */
const numberFirst = /^((?:\s*-?\\[dt]?frac)?[^=A-Za-z_\\]*\d[^=A-Za-z_]*)=([\s$]*(?:\\?[A-Za-z]+(?:_\{?\w+\}?)?|\p{L})[\s$.]*)$/u

const at = (pattern: RegExp, text: string, from: number): RegExpExecArray | null => {
  pattern.lastIndex = from
  return pattern.exec(text)
}

/**
 * The number of an announced answer, read to its end: `5 * 8` is 40, `5 feet 6 inches` is 5.5 feet; a list, a range, a number with a
 * variable, a root or a second number is none. Undefined where there are no digits.
 */
export function readAnnounced(content: string, place: Place, language?: Language): Announced | undefined {
  const whole = place !== 'sentence'
  const turned = content.length <= 200 && content.includes('=') ? numberFirst.exec(content) : null
  if (turned) return readAnnounced(`${turned[2]}=${turned[1]}`, place, language)
  const equals = content.lastIndexOf('=')
  const isEquation = equals >= 0 && /\d/.test(content.slice(equals + 1))
  const text = spelled(isEquation ? content.slice(equals + 1) : content, language)
  const all = findNumbers(text, 0, true)
  const [first] = all
  if (!first) return undefined
  const none = { written: null, text: text.trim().slice(0, 200) }
  if (!first.written || (isEquation && whole && !isName(content.slice(0, equals), place))) return none
  const before = text.slice(0, first.from)
  if (before !== '' && (factor.test(before) || (whole && (variableBefore.test(before) || bound.test(before))))) return none
  if (signOutside.test(before) || (whole && /[-+]\s*$/.test(before)) || (before !== '' && noNumberBefore.test(before))) return none
  if (before !== '' && (setBefore.test(before) || (whole && memberBefore.test(before)))) return none
  if (/\|\s*$/.test(before) && !/^\s*\|/.test(text.slice(first.end))) return none
  if (whole && memberBehind.test(text.slice(first.end))) return none
  if (/[([{]\s*$/.test(before) && text.slice(first.from, first.end).includes(',')) return none
  if (at(arithmetic, text, first.end)) return (place === 'gold' ? null : calculated(text, first, whole)) ?? none
  if (whole && at(goesOn, text, first.end)) return none
  const together = compound(text, all)
  if (together) return together.used === all.length || !whole ? { written: together.written, text: text.trim() } : none
  if (isFollowed(text, first, all[1])) return none
  if (
    at(noNumberBehind, text, first.end) ||
    at(other, text, first.end) ||
    at(command, text, first.end) ||
    at(raised, text, first.end) ||
    at(variable, text, first.end)
  )
    return none
  if (isVariable(at(gluedWord, text, first.end)?.[0] ?? '')) return none
  if (whole && (all.length > 1 || !behind.test(text.slice(first.end)))) return none
  const word = at(unitWord, text, first.end)?.[1] ?? ''
  const unit = word === 'in' ? undefined : unitNamed(word) // `5 in total`
  const written = unit && !first.written.clock ? { ...first.written, unit: unit.name } : first.written
  return { written, text: text.slice(first.from, first.end).trim() }
}

/** `5 plus 3`, `3 point 5`, `4h30`, `2h30m`, `5'6"` as what they say, and numbers in words at the start. */
function spelled(text: string, language: Language | undefined): string {
  if (!/[a-z'′\u0400-\u9fff(_/]/i.test(text)) return text
  const inWords = onlyText.exec(text)?.[1]
  if (inWords !== undefined && !/\d/.test(inWords)) return spelled(inWords, language)
  let read = withSpelledStart(text.includes('\\text') ? text.replace(/\\text\s*\{\s*(-|minus|negative)\s*\}/gi, '-') : text, language)
  if (wordsBetween.test(read))
    read = read
      .replace(/(\d)\s+point\s+(?=\d)/gi, '$1.')
      .replace(
        /(\d)\s+(plus|minus|times|multiplied by|divided by)\s+(?=\d)/gi,
        (_, a: string, word: string) => `${a} ${signs[word.toLowerCase()]} `,
      )
  if (signedParts.test(read))
    read = read
      .replace(/(?<![\d)\]}\w]\s*)-\s*\(\s*(-?)\s*([\d.,]*\d)\s*\)/g, (_, minus: string, digits: string) => (minus ? digits : `-${digits}`))
      .replace(
        /(?<![\d)\]}\w/]\s*)(-?)(?:\(\s*(-?\d+)\s*\)|(\d+))\s*\/\s*(?:\(\s*(-?\d+)\s*\)|(-?\d+))(?!\s*[\d/.])/g,
        (whole, sign: string, a?: string, b?: string, c?: string, d?: string) => {
          const [over, under] = [(a ?? b) as string, (c ?? d) as string]
          const minus = [sign, over, under].filter((part) => part.startsWith('-')).length % 2 === 1
          return /-/.test(over + under) || a !== undefined || c !== undefined
            ? `${minus ? '-' : ''}${over.replace('-', '')}/${under.replace('-', '')}`
            : whole
        },
      )
  if (/\d\s*(?:dollars?\s+)?(?:and|,)?\s*\d+\s+cents/i.test(read))
    read = read.replace(/\$\s?(\d[\d,]*)\s*(?:and|,)?\s+(?=\d{1,2}\s+cents\b)/i, '$1 dollars ')
  if (unitPower.test(read)) read = read.replace(unitPower, '$1')
  if (/_\{?10\}?\s*$/.test(read)) read = read.replace(/(?<=\d)_(?:\{10\}|10)\s*$/, '')
  if (gluedUnits.test(read))
    read = read
      .replace(/(?<![\w.])(\d{1,2})\s?h\s?(\d\d)(?![\d:]|\s?m)/gi, '$1:$2')
      .replace(/(\d)\s?(h|hr|hrs|m|min|d|ft|lb|lbs|km|kg|g|gal|L)(?=\d)/g, '$1 $2 ')
      .replace(/(\d+)\s?['′]\s?(\d+(?:\.\d+)?)\s?["″]/g, (whole, feet: string, inches: string) =>
        Number(inches) < 12 ? `${feet} ft ${inches} in` : `${feet}x`,
      )
  return read
}
/** The power of a unit: `\\text{ cm}^2` */
const unitPower =
  /(\d\s*(?:\\(?:text|mathrm|mbox)\s*\{[^{}\d]*\}|(?:mm|cm|dm|m|km|in|ft|yd|mi|inches|feet|met(?:er|re)s?|units?)(?![A-Za-z])))\s*\^\s*(?:\{[23]\}|[23])(?!\d)/
const onlyText = /^\s*\\(?:text(?:bf|rm|it)?|mathrm|mbox)\s*\{([^{}]*)\}[\s.]*$/
const signs: Record<string, string> = { plus: '+', minus: '-', times: '*', 'multiplied by': '*', 'divided by': '/' }
const wordsBetween = /\d\s+(?:point|plus|minus|times|multiplied|divided)\s/i
const signedParts = /-\s*\(\s*-?\s*[\d.,]*\d\s*\)|\(\s*-?\d+\s*\)\s*\/|\/\s*(?:\(\s*)?-?\s*\d+\s*\)|\/\s*-\d/
const gluedUnits = /\d\s?(?:h|hrs?|m|min|d|ft|lbs?|km|kg|g|gal|L|['′])\s?\d/i

/** `2 years and 6`, `5 kg 300 g`: a second quantity stands behind one with a unit. */
function isFollowed(text: string, first: Found, second: Found | undefined): boolean {
  const word = second && at(unitWord, text, first.end)
  if (!word) return false
  const from = first.end + word[0].length
  const joint = at(followed, text, from)
  return joint !== null && from + joint[0].length === second.from && unitNamed(word[1] as string) !== undefined
}
const followed = /\.?\s*(?:and|&|\\text\{\s*and\s*\})?\s*(?=\d)/y

const shortUnits = new Set('mm cm m km in ft yd mi s h hr mg g kg lb oz l ml L mL st nd rd th kg Kg KM'.split(' '))
/** One or two letters glued to a number that are no unit. */
const isVariable = (word: string) => word !== '' && word.length < 3 && !shortUnits.has(word)

/** What may stand behind the one number of a box: a unit, a label, closing signs. */
const behind =
  /^(?:\s|\\[,;:! %$]|\\(?:text(?:bf|rm|it|normal)?|mathrm|mbox)\s*\{[^{}]*\}|\^\s*\{?\s*(?:\\circ|\\degree|[23])\s*\}?|\\(?:degree|circ|q?quad|pounds)|\([^()\d]*\)|[\p{L}\p{M}\p{Sc}°²³'’"%.,;:!?)\]}$/-])*$/u
/** What may stand before the equals sign in front of it: a name, or in a box arithmetic that was worked out. */
function isName(left: string, place: Place): boolean {
  if (/^[^\d+*/^<>]*$/.test(left.replace(/_\{?\w+\}?|(?<=(?<![\w\\])[A-Za-z]+'*)(?:\d|\([^()]*\))/g, ''))) return true
  return (
    place === 'box' &&
    /^[^A-Za-z]*$/.test(left.replace(/\\(?:times|cdot|div|d?frac|text\s*\{[^{}]*\})/g, '').replace(/^\s*[A-Za-z]\s*=/, ''))
  )
}

/** What multiplies a number from before it, as roots and functions do; a word of a sentence does not. */
const factor = /\\(?:sqrt|pi|sin|cos|tan|log|ln|binom|pm)\s*[({]?\s*$/
const variableBefore = /(?<![A-Za-z\\])[A-Za-z]\s*[*/^]?\s*[({]?\s*$|[:*/^_]\s*$|\\\{\s*$/
/** `-(-5)` */
const signOutside = /-\s*(?:\\left)?\s*[([{]\s*$/
const bound = /[<>≤≥]|\\(?:[lg]eq?|[lg]t|ne|pm|approx)(?![a-z])/

/** Signs of sets and of functions of several numbers, and an interval or tuple that was begun. */
const setBefore =
  /\\(?:infty|cup|cap|setminus|mathbb|emptyset|varnothing|begin|gcd|lcm|max|min|sum|prod|int|lim)(?![A-Za-z])|[∞∪∩∅∖]|[([\]][^()[\]]*[,;]\s*[-+]?$/
/** In a box another member stands before it or behind. */
const memberBefore = /(?:[,;]|\\text\{\s*(?:and|or)\s*\}|(?<![\p{L}])(?:and|or))\s*$/u
const memberBehind =
  /^\s*(?:[,;]|\\text\s*\{\s*(?:and|or)\s*\}|(?:and|or)(?![A-Za-z]))\s*(?:\\(?!text|quad|mathrm|,|;)[A-Za-z]+|[A-Za-z](?![A-Za-z])|∞)/

function calculated(text: string, first: Found, whole: boolean): Announced | null {
  let end = first.from
  for (let match = at(run, text, end); match && match[0] !== ''; match = at(run, text, end)) end += match[0].length
  const sum = text.slice(first.from, end).replace(/[\s.,$]+$/, '')
  if (at(variable, text, end) || isVariable(at(gluedWord, text, end)?.[0] ?? '')) return null
  if (whole ? !behind.test(text.slice(end)) : at(command, text, end)) return null
  const value = evaluateArithmetic(sum)
  return value && { written: { value, places: null, percent: false }, text: sum.trim() }
}

/** `2 hours and 30 minutes`, `5 ft 6 in`, `3 dollars and 50 cents`: each unit smaller than the one before and of its kind. */
function compound(text: string, all: readonly Found[]): { written: Written; used: number } | null {
  const [first, second] = all
  if (!first?.written || !second) return null
  const firstUnit = unitNamed(at(unitWord, text, first.end)?.[1] ?? '')
  if (!firstUnit) return null
  let total: Rational = first.written.value
  let used = 1
  let [end, last] = [first.end, firstUnit.name]
  for (const one of all.slice(1)) {
    const word = at(unitWord, text, end) as RegExpExecArray
    const joint = at(next, text, end + word[0].length)
    if (!joint || end + word[0].length + joint[0].length !== one.from || !one.written) break
    const said = at(unitWord, text, one.end)?.[1] ?? ''
    const unit = unitNamed(said === 'm' && firstUnit.of === 'time' ? 'min' : said)
    const share = unit && conversion(unit.name, firstUnit.name)
    const step = unit && conversion(last, unit.name)
    if (!share || !step || step.n <= step.d) break
    total = add(total, multiply(one.written.value, share))
    ;[end, last] = [one.end, unit.name]
    used++
  }
  return used === 1 ? null : { written: { value: total, places: null, percent: false, unit: firstUnit.name }, used }
}

/** A span of time or a compound in another unit; null where the two are of unlike kinds. */
export function inUnit({ value }: Written, from: string, to: string): Rational | null {
  const share = conversion(from, to)
  return share && multiply(value, share)
}
