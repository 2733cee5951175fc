import type { Grade } from '@whetstone/core'

/** An answer of which somebody knows whether it is right; of a judge of pairs, whether it is better than the reference. */
export type Probe = { question: string; answer: string; correct: boolean; reference?: string }
/** Counts of a judge's verdicts on probes, and kappa: agreement beyond what chance gives (1 all, 0 none; null where all probes are alike). */
export type JudgeAgreement = {
  probes: number
  agreed: number
  passedWrong: number
  failedRight: number
  unsure: number
  kappa: number | null
}

/** Measures a judge on answers whose verdict is known, all asked at once, so that a report can say how far to trust it. Throws when the model gives no verdict at all. */
export async function probeJudge(
  probes: readonly Probe[],
  grade: (probe: Probe, index: number) => Promise<Pick<Grade, 'passed' | 'reason'>>,
): Promise<JudgeAgreement> {
  const counts = { agreed: 0, passedWrong: 0, failedRight: 0, unsure: 0 }
  let passes = 0
  const verdicts = await Promise.all(probes.map(grade))
  for (const [i, { passed, reason }] of verdicts.entries()) {
    const { correct } = probes[i] as Probe
    if (passed) passes++
    if (passed === correct) counts.agreed++
    else if (passed) counts.passedWrong++
    else counts.failedRight++
    if (!passed && / [1-9]\d* unsure/.test(reason)) counts.unsure++
  }
  const n = probes.length
  const right = probes.filter(({ correct }) => correct).length
  const byChance = n === 0 ? 1 : (passes * right + (n - passes) * (n - right)) / n ** 2
  return { probes: n, ...counts, kappa: byChance === 1 ? null : (counts.agreed / n - byChance) / (1 - byChance) }
}

/** Questions whose gold answers are asked about. */
const asked = 20

/**
 * Probes where nobody gave any: of some questions, spread over all, the gold answer (right) and another question's (wrong). They are easy ones: a judge who fails them is none, who passes them
 * may still take a plausible wrong answer. Of pairs the gold answer against the other one, both ways. None where all golds are alike.
 */
export function goldProbes(items: readonly { question: string; gold: string }[], pairwise = false): Probe[] {
  const step = Math.max(1, Math.floor(items.length / asked))
  return items
    .filter((_, index) => index % step === 0)
    .slice(0, asked)
    .flatMap(({ question, gold }, index) => {
      const from = index * step + 1
      const other = [...items.slice(from), ...items.slice(0, from)].find((item) => item.gold.trim() !== gold.trim())?.gold
      if (other === undefined || gold.trim() === '') return []
      const [right, wrong] = [
        { question, answer: gold, correct: true },
        { question, answer: other, correct: false },
      ]
      return [
        { ...right, reference: pairwise ? other : gold },
        { ...wrong, reference: gold },
      ]
    })
}
