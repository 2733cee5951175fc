import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { paths } from '@whetstone/core'
import { bankOf } from './bank-place.ts'

const roundName = /^round-(\d{3,})$/

/** Where the files of a run lie; nobody else joins paths below reports/, datasets/<run> and checkpoints/<run>. */
export function runFiles(run: string) {
  const [reports, checkpoints] = [paths.reports(run), paths.checkpoints(run)]
  return {
    reports,
    checkpoints,
    datasets: paths.datasets(run),
    record: join(reports, 'run.json'),
    /** Whoever writes to the run, and whoever reads finished rounds, holds these locks. */
    lock: join(reports, 'writer.lock'),
    reading: join(reports, 'reading.lock'),
    /** Every look at the run's validation data. */
    looks: join(reports, 'looks.json'),
    /** What teachers at endpoints have cost so far. */
    spending: join(reports, 'spending.json'),
    /** Likelihood dynamics of a run's checkpoints. */
    likelihood: join(reports, 'likelihood'),
    incumbent: join(checkpoints, 'incumbent.json'),
    /** A folder, or where the recipe says (memory.uri). */
    get bank() {
      return bankOf(run)
    },
    phase1: {
      report: join(reports, 'phase1'),
      summary: join(reports, 'phase1', 'phase1_summary.json'),
      results: join(reports, 'phase1', 'phase1_results.json'),
      traces: join(paths.datasets(run), 'phase1'),
      bank: join(checkpoints, 'phase1.lance'),
    },
  }
}
export type RunFiles = ReturnType<typeof runFiles>

/** Where the files of a round lie. */
export function roundFiles(run: string, round: number) {
  const name = `round-${String(round).padStart(3, '0')}`
  const of = runFiles(run)
  const [report, dataset, checkpoint] = [join(of.reports, name), join(of.datasets, name), join(of.checkpoints, name)]
  return {
    report,
    dataset,
    checkpoint,
    round: join(report, 'round.json'),
    page: join(report, 'report.html'),
    steps: join(report, 'steps'),
    step: (step: string) => join(report, 'steps', `${step}.json`),
    /** What the report says of the bank. */
    memory: join(report, 'memory.json'),
    /** What happened when, a line each. */
    events: join(report, 'events.jsonl'),
    /** Which tasks went to which endpoint or class of machine, where there are several. */
    spread: join(report, 'spread.json'),
    sampleLog: join(report, 'sample.log'),
    trainLog: join(report, 'train.log'),
    publishLog: join(report, 'publish.log'),
    /** The tasks that were attempted, frozen. */
    tasks: join(dataset, 'tasks.jsonl'),
    traces: join(dataset, 'traces.jsonl'),
    /** The incumbent's own attempts where a teacher makes the round's, for the frontier. */
    own: join(dataset, 'own.jsonl'),
    arm: (arm: string) => join(dataset, `validation-${arm}.jsonl`),
    /** Attempts of what is served at tasks that are the same in every round: the watch for collapse. */
    probe: join(dataset, 'probe.jsonl'),
    /** Attempts of a candidate at what it was shown memories for, without them: which entries its weights no longer need. */
    learned: join(dataset, 'learned.jsonl'),
    /** The incumbent's record as this round left it, for going back. */
    served: join(checkpoint, 'served.json'),
    retest: (role: string) => join(dataset, `retest-${role}.jsonl`),
    /** Training rows in their own form, which every format is made from, and their card. */
    examples: join(dataset, 'examples.jsonl'),
    pairs: join(dataset, 'pairs.jsonl'),
    card: join(dataset, 'card.json'),
    /** Attempts of the incumbent's, as sampled, on which trainer, sampler and served file are compared. */
    parity: join(dataset, 'parity.jsonl'),
    /** The candidate's card, and the trainer's measurements step by step. */
    candidate: join(checkpoint, 'card.json'),
    metrics: join(checkpoint, 'metrics.jsonl'),
    /** Attempts at the trained tasks after a stage of the training, and the rows of those that passed. */
    verify: (stage: string) => ({
      traces: join(dataset, 'verify', stage, 'traces.jsonl'),
      dataset: join(dataset, 'verify', stage),
    }),
    /** Tasks that no attempt has solved so far, as this round's attempts left them. */
    bucket: join(dataset, 'bucket.json'),
    /** Attempts and rows of a micro-round, its weights, and what it came to. */
    micro: (micro: string) => ({
      dataset: join(dataset, 'micro', micro),
      traces: join(dataset, 'micro', micro, 'traces.jsonl'),
      again: join(dataset, 'micro', micro, 'again.jsonl'),
      checkpoint: join(checkpoint, 'micro', micro),
      record: join(dataset, 'micro', micro, 'micro.json'),
    }),
  }
}
export type RoundFiles = ReturnType<typeof roundFiles>

/** Names of the runs that have begun, in order. */
export function runNames(): string[] {
  const folder = paths.reports('')
  const begun = (name: string) => existsSync(runFiles(name).record) || existsSync(roundFiles(name, 1).round)
  return existsSync(folder) ? readdirSync(folder).filter(begun).sort() : []
}

/** Numbers of the rounds of which anything is on disk, in order. */
export function roundNumbers(run: string): number[] {
  const { reports, datasets, checkpoints } = runFiles(run)
  const numbers = [reports, datasets, checkpoints]
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => Number(roundName.exec(name)?.[1] ?? 0)))
    .filter((number) => number > 0)
  return [...new Set(numbers)].sort((a, b) => a - b)
}
