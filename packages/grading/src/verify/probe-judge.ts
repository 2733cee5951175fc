import { judge, type JudgeOptions } from './judge.ts'

/** An answer of which somebody knows whether it is right. */
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

/**
 * Measures a judge on answers whose verdict is known, so that a report can say how far to trust it. Throws when the model gives no verdict at
 * all.
 */
export async function probeJudge(probes: readonly Probe[], rubric: string, options: JudgeOptions): Promise<JudgeAgreement> {
  const counts = { agreed: 0, passedWrong: 0, failedRight: 0, unsure: 0 }
  let passes = 0
  for (const [i, { question, answer, correct, reference }] of probes.entries()) {
    const { passed, reason } = await judge({ question, answer, rubric, reference }, { ...options, seed: options.seed + i })
    if (passed) passes++
    if (passed === correct) counts.agreed++
    else if (passed) counts.passedWrong++
    else counts.failedRight++
    if (!passed && !/ 0 unsure/.test(reason)) counts.unsure++
  }
  const n = probes.length
  const right = probes.filter(({ correct }) => correct).length
  const byChance = n === 0 ? 1 : (passes * right + (n - passes) * (n - right)) / n ** 2
  return { probes: n, ...counts, kappa: byChance === 1 ? null : (counts.agreed / n - byChance) / (1 - byChance) }
}
