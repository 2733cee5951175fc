import type { Trainer } from '@whetstone/core'
import { nested } from '@whetstone/core'
import { z } from 'zod'

const count = z.number().int().positive().max(1_000_000)
const some = z.number().int().nonnegative().max(1_000_000)

/** A round's training as several micro-rounds of attempt and train between two gates. Only the model that the last one leaves is a candidate. */
export const Micro = z.strictObject({
  rounds: count.describe('trainings of a round, each on fresh attempts of the model that the one before made'),
  tokens: count
    .max(100_000_000)
    .optional()
    .describe(
      'attempts and rows of a round come to about so many: the micro-rounds end, at least one is done, once the training that settles is left with half of them or with what it needs, and it is as much smaller as it must; absent: all micro-rounds, all that settles',
    ),
  rows: count.default(3200).describe("rows of each training, gone through once: the budget is rows / the trainer's batch in steps"),
  above: count.default(4).describe('levels that are attempted from the lowest unsolved one on; whatever passes there is learned from'),
  each: count.default(240).describe('attempts at each of these'),
  solved: z.number().min(0).max(1).default(0.8).describe('a level that passes this often is left behind'),
  replay: some.default(900).describe('fresh attempts at solved levels, over at most ten of them: what is not met again is forgotten'),
  share: z.number().min(0).max(1).default(0.5).describe('share of the rows that comes from the levels above'),
  visits: count.default(4).describe('trainings that a passed attempt from above may serve in'),
  others: z
    .strictObject({
      each: some.default(0).describe('attempts at each course without levels'),
      share: z.number().min(0).max(1).default(0.2).describe('share of the rows that comes from these'),
    })
    .prefault({}),
  temperature: z.number().nonnegative().default(0).describe('0: greedy attempts'),
  from: z
    .enum(['last', 'incumbent'])
    .default('last')
    .describe('weights that each training starts from: those of the one before, or the incumbent'),
  average: count.default(1).describe('the candidate is the mean of the weights that so many last trainings left'),
  settle: z
    .strictObject({
      trainer: nested<Trainer>('trainers').describe('usually the same at a lower learning rate'),
      rows: count.default(3200),
      attempts: count.default(3000).describe('attempts in all, shared out evenly over every level up to the lowest unsolved one'),
      visits: count.default(4).describe('how often a passed attempt may serve in it'),
      resample: some.default(6).describe('further attempts, at temperature 1, where the first failed'),
    })
    .nullable()
    .default(null)
    .describe('a last training on fresh rows of all levels, failures attempted again: precision rather than reach'),
})
export type Micro = z.output<typeof Micro>
