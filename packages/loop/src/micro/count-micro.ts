import type { MicroRound } from '@whetstone/core'

/** Attempts and tokens of all micro-rounds of a round, beside those that it began with. */
export function countMicro(rounds: readonly MicroRound[]): Pick<MicroRound, 'attempted' | 'passed' | 'tokens'> {
  const sum = (of: (each: MicroRound) => number) => rounds.reduce((total, each) => total + of(each), 0)
  return {
    attempted: sum(({ attempted }) => attempted),
    passed: sum(({ passed }) => passed),
    tokens: { prompt: sum(({ tokens }) => tokens.prompt), completion: sum(({ tokens }) => tokens.completion) },
  }
}
