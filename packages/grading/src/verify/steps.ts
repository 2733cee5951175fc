import type { Grade } from '@whetstone/core'
import { evaluateArithmetic } from './arithmetic.ts'
import { readNumber, verifyNumber } from './number.ts'
import { isRounding, multiply, sameRational, toNumber, type Rational } from './rational.ts'

/**
 * One arithmetic step of a worked solution, e.g. `48/2=24`: right, right but for rounding or float noise (`10/3=3.33`,
 * `0.1*3=0.30000000000000004`), or wrong.
 */
export type Step = { text: string; verdict: 'right' | 'rounded' | 'wrong' }

const hundred: Rational = { n: 100n, d: 1n }
const annotated = /<<([^<>=]{1,200})=([^<>=]{1,100})>>/g

/**
 * The steps that can be checked: those written `<<a*b=c>>` where there are any, else each `a * b = c` in plain text or LaTeX. Steps with
 * words or unknowns are left out.
 */
export function findSteps(solution: string): Step[] {
  const marked = [...solution.matchAll(annotated)]
  if (marked.length > 0) return marked.flatMap(([, left, right]) => check(left as string, right as string))
  return solution.split('\n').flatMap(plainSteps)
}

const arithmetic = String.raw`(?:[-+*/^().,\d\s$€£×÷·⋅−%{}]|\\(?:times|cdot|div|[dt]?frac|left|right|[%$,!])|(?<=[\d)]\s?)x(?=\s?[\d($]))*`
const arithmeticAtEnd = new RegExp(`${arithmetic}$`)
const arithmeticAtStart = new RegExp(`^${arithmetic}`)

/**
 * Checks only what is plain beyond doubt, since a false alarm costs more than a step not counted: a side glued to words or units (`60
 * students x 2/3`), mixed numbers, clock times, repeated slashes, and dollars that turn into cents are left out.
 */
function plainSteps(line: string): Step[] {
  const sides = line
    .slice(0, 2000)
    .replace(/^\s*(?:[-*•]|\d+[.)])\s+/, '')
    .split(/(?<![<>=!])=(?!=)/)
  return sides.slice(1).flatMap((after, i) => {
    const before = sides[i] as string
    const run = arithmeticAtEnd.exec(before)?.[0] ?? ''
    const left = run.replace(/^[\s,.$)]+(?!\d)/, '').trim()
    const isLast = i === sides.length - 2
    const right = isLast ? leadingNumber(arithmeticAtStart.exec(after)?.[0] ?? '', after) : after.trim()
    const wordsBefore = before.slice(0, before.length - run.length)
    const hasOperator = /^[-+*/^×÷·⋅]/.test(left) || /[-+*/^×÷·⋅]\s*$|(?<![A-Za-z])[xX]\s*$/.test(wordsBefore)
    const gluedOn = hasOperator || (i > 0 && left !== before.trim())
    const ambiguous = (/%/.test(left) && /[-+]/.test(left)) || /\/\s*[\d.]+\s*\//.test(left) || /(?<![\d.])0\d/.test(left)
    const isOperation = /[-+*/^×÷·⋅−xX\\]/.test(left)
    if (right === null || gluedOn || ambiguous || !isOperation) return []
    return check(left, right).filter((step) => step.verdict !== 'wrong' || !/\$|cents?\b|¢/.test(line) || !isHundredfold(left, right))
  })
}

function isHundredfold(left: string, right: string): boolean {
  const [a, b] = [evaluateArithmetic(left), evaluateArithmetic(right)]
  return a !== null && b !== null && (sameRational(multiply(a, hundred), b) || sameRational(a, multiply(b, hundred)))
}

const leading = /^\s*(?:[-−]\s*)?[$€£\\]*\s*(?:[-−]\s*)?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)?(?:\.\d+)?(?:\s*\\?%)?/
const moreArithmetic = /^\s*(?:[*/^×÷+·⋅\d]|,\d|\.\d|\\(?:times|cdot|div|frac)|[-−]\s*\d|x\s*\d)|^[A-Za-z]\b/

/** The number a side begins with; null when more arithmetic, digits or a letter follow. */
function leadingNumber(run: string, whole: string): string | null {
  const match = leading.exec(run)?.[0] ?? ''
  return /\d/.test(match) && !moreArithmetic.test(whole.slice(match.length)) ? match : null
}

function check(left: string, right: string): Step[] {
  const [a, b] = [evaluateArithmetic(left), evaluateArithmetic(right)]
  if (!a || !b) return []
  const text = `${left.trim()}=${right.trim()}`
  const isPercentage = right.includes('%') !== left.includes('%') && isHundredfold(left, right)
  if (sameRational(a, b) || isPercentage) return [{ text, verdict: 'right' }]
  return [{ text, verdict: isNear(a, b, right) ? 'rounded' : 'wrong' }]
}

/** Rounded or cut off at its own last place, or off by no more than doubles lose. */
function isNear(exact: Rational, written: Rational, text: string): boolean {
  const point = text.replace(/[^\d.]/g, '').indexOf('.')
  const places = point < 0 ? 0 : text.replace(/[^\d.]/g, '').length - point - 1
  const cut = (exact.n * 10n ** BigInt(places)) / exact.d
  const isCut = places > 0 && cut * written.d === written.n * 10n ** BigInt(places)
  const gap = Math.abs(toNumber(exact) - toNumber(written))
  return isCut || (places > 0 && isRounding(written, places, exact)) || gap <= 1e-9 * Math.abs(toNumber(exact))
}

/**
 * Partial reward for worked arithmetic: the fraction of correct steps, and a bonus for the answer (the share of the reward that the answer
 * alone decides). `passed` is the answer's verdict. A solution without checkable steps has none right.
 */
export function gradeSteps({ gold, answer, bonus = 0.5 }: { gold: string; answer: string; bonus?: number }): Grade {
  const steps = findSteps(answer)
  const wrong = steps.filter((step) => step.verdict === 'wrong')
  const right = steps.length === 0 ? 0 : (steps.length - wrong.length) / steps.length
  const { correct, reason } = verifyNumber({ gold, answer })
  return {
    reward: (1 - bonus) * right + (correct ? bonus : 0),
    passed: correct,
    parts: { answer: correct ? 1 : 0, steps: right },
    reason: wrong.length > 0 ? `${reason}, ${wrong.length} of ${steps.length} steps wrong` : reason,
    feedback: [
      ...wrong.map((step) => `This step is wrong: ${step.text}.`),
      ...(readNumber(answer) ? [] : ['No final answer was found.']),
    ].join(' '),
  }
}
