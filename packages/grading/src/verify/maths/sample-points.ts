import { negate, rational, sameRational, toNumber, type Rational } from '../rational.ts'
import type { ExactPoint } from './exact-value.ts'
import type { Point } from './value.ts'

/**
 * Points at which expressions are compared: first positive fractions, then fractions of either sign, then small whole numbers (for
 * factorials, (-1)^n and sums).
 */
export const trials = 24
/** Trials before this one are positive; in those from here on, signs run through all combinations of three symbols. */
const firstMixed = 5
const firstWhole = 12

/** The same symbols get the same values in each trial, whatever the expression; no two symbols share one. */
export function samplePoint(symbols: readonly string[], trial: number): { exact: ExactPoint; real: Point } {
  const exact = new Map<string, Rational>()
  for (const [index, name] of [...symbols].sort().entries()) {
    let value = draw(name, trial)
    const isTaken = () => [...exact.values()].some((other) => sameRational(other, value))
    for (let salt = 1; isTaken() && salt < 50; salt++) value = draw(`${name}#${salt}`, trial)
    const negative = trial >= firstMixed && trial < firstWhole && (((trial - firstMixed + 1) >>> (index % 3)) & 1) === 1
    exact.set(name, negative ? negate(value) : value)
  }
  return { exact, real: new Map([...exact].map(([name, value]) => [name, toNumber(value)])) }
}

function draw(name: string, trial: number): Rational {
  const [a, b] = [scramble(`${name}/${trial}`), scramble(`${trial}\\${name}`)]
  return trial >= firstWhole ? { n: BigInt(1 + (a % 12)), d: 1n } : (rational(BigInt(3 + (a % 91)), BigInt(17 + 2 * (b % 12))) as Rational)
}

/** FNV-1a with a final mix. */
function scramble(text: string): number {
  let state = 2166136261
  for (let at = 0; at < text.length; at++) state = Math.imul(state ^ text.charCodeAt(at), 16777619)
  state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d)
  return (state ^ (state >>> 13)) >>> 0
}
