import { literals, type Literal } from './literals.ts'
import { plainText } from './plain-text.ts'
import { arithmetic, factorial, negate, squareRoot, type Rational } from './rational.ts'
import { romanNumerals } from './roman-numerals.ts'
import { wordNumbers } from './word-numbers.ts'

/** Parentheses within parentheses that are followed. */
const deepest = 40
const binding: Record<string, number> = { '+': 1, '-': 1, '*': 2, '/': 2, '^': 4 }

/** Numbers that a text holds, in any notation: digits of any script, grouped, in words, Roman, in other bases, as fractions, percentages, powers, roots, and the value of plain arithmetic. Parts of one number (the 3 of 3/4, of 10^3, of 2024-03-01) are not numbers of their own. */
export function numbersIn(text: string): Rational[] {
  const plain = plainText(withoutLabels(text))
  return [...readExpressions(literals(wordNumbers(plain))).values, ...romanNumerals(plain)]
}

/** What a text is worth that is one number or one expression and nothing else, in all its readings (50% is 50 and 1/2); empty for any other text. */
export function valueOf(text: string): Rational[] {
  const tokens = literals(wordNumbers(plainText(text)))
  const [only] = tokens
  if (tokens.length === 1 && only?.kind === 'number') return only.readings
  const { values, expressions } = readExpressions(tokens)
  return expressions.length === 1 && values.length > 0 ? [values.at(-1) as Rational] : []
}

/** Numbers that only point at a place in the text: the enumerators of a list (1. 2. 3.) and Step 2, Case 3, Equation 4. */
function withoutLabels(text: string): string {
  let expected = 1
  const listed = [...text.matchAll(/^[ \t]*(\d{1,2})[.)][ \t]+(?=\S)/gm)].map((match) => Number(match[1]))
  const isList = listed.length >= 2
  return text
    .replace(/^([ \t]*)(\d{1,2})([.)][ \t]+(?=\S))/gm, (whole, space: string, digits: string) =>
      isList && Number(digits) === expected ? (expected++, `${space}\u0003 `) : whole,
    )
    .replace(
      /\b(step|case|figure|fig\.|chapter|section|theorem|lemma|example|exercise|equation|eq\.|table)[  ]\(?\d{1,2}(?:\.\d{1,2})*\)?(?![\d%/^*,]|\.\d)/gi,
      '$1 \u0003',
    )
}

/** The values of all numbers and of every expression and sub-expression among the literals, and the expressions (or nulls, for what is none) that they fall into. */
function readExpressions(tokens: readonly Literal[]): { values: Rational[]; expressions: (Rational | null)[] } {
  const values: Rational[] = []
  const record = (value: Rational | null) => {
    if (value) values.push(value)
    return value
  }
  let place = 0
  let depth = 0
  const at = (kind: Literal['kind'], text?: string) => tokens[place]?.kind === kind && (text === undefined || tokens[place]?.text === text)
  const near = (index: number) => tokens[index - 1]?.end === tokens[index]?.start && tokens[index]?.end === tokens[index + 1]?.start

  /** A number, a parenthesis, a root or a signed one of these; null where there is none. */
  function operand(quiet: boolean): Rational | null {
    const token = tokens[place]
    if (!token || depth > deepest) return null
    if (token.kind === 'number') {
      place++
      if (!quiet) for (const reading of token.readings) record(reading)
      // 25% of 72 takes a quarter; 25% alone may be meant as 25.
      let value: Rational | null = (/%|per/.test(token.text) && at('operator') ? token.readings.at(-1) : token.readings[0]) ?? null
      if (value && at('operator', '!')) {
        place++
        value = record(factorial(value))
      }
      return value
    }
    if (token.kind === 'operator' && (token.text === '-' || token.text === '+')) {
      // A sign stands right before its number; a dash does not.
      if (tokens[place + 1]?.start !== token.end) return null
      place++
      const mark = values.length
      const signed = tokens[place]
      depth++
      const value = operand(quiet)
      depth--
      if (!value || token.text === '+') return value
      values.length = mark
      if (!quiet && signed?.kind === 'number') for (const reading of signed.readings) record(negate(reading))
      return quiet ? negate(value) : record(negate(value))
    }
    if (token.kind === 'root') {
      place++
      depth++
      const value = operand(false)
      depth--
      return value && record(squareRoot(value))
    }
    if (token.kind === 'open') {
      place++
      depth++
      const value = expression(1, quiet)
      depth--
      if (!at('close')) return null
      place++
      return value
    }
    return null
  }

  function expression(least: number, quiet: boolean): Rational | null {
    const first = place
    const mark = values.length
    let left = operand(quiet)
    while (left && at('operator') && tokens[place]?.text !== '!') {
      const operator = tokens[place] as Literal
      const name = operator.text.toLowerCase() === 'x' ? '*' : operator.text
      const strength = binding[name] as number
      if (strength < least) break
      const isPower = name === '^'
      // 10-15 without spaces is a range when it rises; both ends count, their difference does not.
      const compact = name === '-' && near(place)
      // The parts of a power are notation, not numbers of their own.
      if (isPower && place === first + 1) values.length = mark
      place++
      depth++
      const right = depth > deepest ? null : expression(isPower ? strength : strength + 1, isPower)
      depth--
      if (!right) return left
      if (compact && right.n * left.d > left.n * right.d) return left
      left = record(arithmetic[name as '+'](left, right))
    }
    return left
  }

  const expressions: (Rational | null)[] = []
  while (place < tokens.length) {
    const start = place
    expressions.push(expression(1, false))
    if (place === start) place++
  }
  return { values, expressions }
}
