/** How several attempts at one task become its score: their mean, one of them, or the unbiased estimate that one of k passes, or that the answer most of k give does. */
export type Repeats = 'mean' | 'first' | 'last' | `pass@${number}` | `majority@${number}`

/** What to take of a log that holds several scores, and what to do with samples that have none or come again. */
export type Choice = {
  /** Metric, scorer or key of the score. */
  score?: string | undefined
  /** lm-evaluation-harness: which filter. */
  filter?: string | undefined
  repeats?: Repeats | undefined
  /** Leave out samples without a score, which otherwise end the comparison. */
  skipUnscored?: boolean | undefined
}
