import type { Round } from '@whetstone/core'

/** One point of a training's course, as the trainer measured it. */
export type TrainingPoint = {
  step: number
  loss?: number
  heldOut?: number
  gradientNorm?: number
  learningRate?: number
  tokensPerSecond?: number
}

/** Charts as SVG text; drawn by packages/reports, which the viewer does not import. */
export type Charts = {
  levelsOverRounds(rounds: readonly Round[]): Promise<string>
  trainingCurve(points: readonly TrainingPoint[]): Promise<string>
  armsByLevel(round: Round): Promise<string>
}
