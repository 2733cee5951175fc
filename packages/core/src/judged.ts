import { rate } from './figures.ts'
import { z } from 'zod'

/** How far a judge agrees with answers whose verdict is known; kappa is agreement beyond what chance gives (1 all, 0 none; null where all probes are alike). */
export const Judged = z.object({
  taskset: z.string(),
  /** The model that judges. */
  model: z.string(),
  probes: z.number().int(),
  agreed: z.number().int(),
  passedWrong: z.number().int(),
  failedRight: z.number().int(),
  unsure: z.number().int(),
  kappa: z.number().nullable(),
  /** The probes were made of gold answers and those of other questions: nobody gave answers of known verdict. */
  ofGolds: z.boolean().optional(),
})
export type Judged = z.infer<typeof Judged>

/** Kappa below which a judge agrees "slightly" at most (Landis and Koch 1977). */
const chance = 0.2

/** In words. */
export const sayJudged = ({ model, probes, agreed, passedWrong, failedRight, unsure, kappa, ofGolds }: Judged): string =>
  `the judge ${model} agrees with ${agreed} of ${probes} ${ofGolds ? 'gold answers, right and of other questions' : 'answers of known verdict'} (${rate(agreed / Math.max(1, probes))}${kappa === null ? '' : `, kappa ${kappa.toFixed(2)}`}): ${passedWrong} wrong ones passed, ${failedRight} right ones failed, ${unsure} times unsure${ofGolds ? '; these are easy ones: answers of known verdict tell more (probe)' : ''}${kappa !== null && kappa < chance ? '; that is hardly more than chance: its verdicts say little' : ''}`
