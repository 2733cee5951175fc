import { z } from 'zod'

/** A recipe's queue: where sampling is done by workers on other machines. */
export const QueueSettings = z.strictObject({
  url: z
    .string()
    .min(1)
    .describe(
      'redis://host:6379, or rediss:// for TLS; the password in WHETSTONE_QUEUE_PASSWORD, the secret that jobs and results are signed with in WHETSTONE_QUEUE_SECRET',
    ),
  store: z
    .string()
    .optional()
    .describe(
      "where workers find the weights: a shared folder or s3://bucket/prefix (default: the recipe's store, else a folder in checkpoints/)",
    ),
  whenDown: z
    .enum(['wait', 'stop'])
    .default('wait')
    .describe('where queue or workers are gone for a minute: wait for them, or stop (the same command resumes)'),
})
export type QueueSettings = z.output<typeof QueueSettings>
