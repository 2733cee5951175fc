import type { Round } from '@whetstone/core'
import type { LikelihoodByType } from '@whetstone/evaluation'
import type { Phase1Summary } from '@whetstone/runs'
import type { TopLevelSpec } from 'vega-lite'
import type { ArmsCompared } from './compare/compare-arms.ts'
import type { RoundsCompared } from './compare/compare-rounds.ts'
import type { Comparison } from './compare/compare-sets.ts'
import type { ComparedArm } from './compare/compared-arm.ts'
import type { TrainingPoint } from './training-points.ts'

/** What charts are drawn of. Every chart of a kind is drawn wherever that kind is shown: a file that is dropped into charts/ is on the report. */
export type Drawn = {
  /** A decided round: its report, its page in the viewer. */
  round: Round
  /** The rounds of a run, in order: its page in the viewer. */
  rounds: readonly Round[]
  /** The course of a training. */
  training: readonly TrainingPoint[]
  phase1: Phase1Summary
  /** models:score over checkpoints. */
  likelihood: LikelihoodByType
  /** loops:compare: arms of runs, the rounds of one run, other results. */
  arms: { arms: readonly ComparedArm[]; compared: ArmsCompared }
  'compared rounds': RoundsCompared
  differences: readonly Comparison[]
}

/** A picture of figures. */
export type Chart<Of extends keyof Drawn = keyof Drawn> = {
  readonly of: Of
  /** What it shows, for whoever cannot see it too. */
  readonly title: string
  /** The chart in Vega-Lite; null where there is nothing to draw. */
  spec(figures: Drawn[Of]): TopLevelSpec | null
}
