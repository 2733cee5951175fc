import type { Parity } from '@whetstone/core'

const figure = (value: number) => (value === 0 ? '0' : value.toPrecision(2))

/** One line: how far sampler, trainer and served file are apart. */
export function parityText({ own, served }: Parity): string {
  const both = ({ meanAbs, maxAbs, tokens }: NonNullable<Parity['own']>) =>
    `mean ${figure(meanAbs)}, at most ${figure(maxAbs)} over ${tokens} tokens`
  const ours = own ? `sampler against trainer ${both(own)}` : 'the sampler told nothing'
  const theirs = served
    ? `trained against served ${both(served)}, the same likeliest token in ${(100 * served.topAgreement).toFixed(1)}%`
    : 'trained against served not measured'
  return `${ours}; ${theirs}`
}
