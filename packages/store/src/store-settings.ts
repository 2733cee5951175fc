import { z } from 'zod'

/** What of a run is mirrored. */
export const mirrored = ['reports', 'traces', 'cards', 'checkpoints', 'memory'] as const
export type Mirrored = (typeof mirrored)[number]

/** A recipe's policy for files beyond this machine. */
export const StoreSettings = z.strictObject({
  url: z
    .string()
    .min(1)
    .describe(
      'a shared folder, or s3://bucket/prefix (endpoint, region and credentials from the environment: AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID …)',
    ),
  what: z
    .array(z.enum(mirrored))
    .readonly()
    .default([...mirrored])
    .describe('what of a run is mirrored; a run can be restored where all is'),
  keep: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('rounds whose weights stay in the store; absent: all. Records and traces always stay'),
  every: z.number().positive().default(60).describe('seconds between mirrors while a round is at work, its training included'),
  whenDown: z
    .enum(['wait', 'stop'])
    .default('wait')
    .describe('at the end of a round, where the store cannot be written: try again until it can, or stop (the same command resumes)'),
})
export type StoreSettings = z.output<typeof StoreSettings>
