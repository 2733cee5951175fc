import type { RoundReader } from '@whetstone/runs'

/** One point of a training's course, as the trainer measured it. */
export type TrainingPoint = {
  step: number
  /** Steps that there will be. */
  steps?: number | undefined
  loss?: number | undefined
  heldOut?: number | undefined
  gradientNorm?: number | undefined
  learningRate?: number | undefined
  tokensPerSecond?: number | undefined
}

/** At most this many points of a training's course are drawn. */
const drawn = 400

/** A round's training, live or done, thinned to what a chart can show; a foreign file as far as it can be read. */
export async function trainingPoints(reader: RoundReader): Promise<TrainingPoint[]> {
  const points: TrainingPoint[] = []
  const number = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined)
  try {
    for await (const row of reader.metrics()) {
      const step = number(row['step'])
      if (step === undefined) continue
      points.push({
        step,
        steps: number(row['steps']),
        loss: number(row['loss']),
        heldOut: number(row['val_loss']),
        gradientNorm: number(row['grad_norm']),
        learningRate: number(row['lr']),
        tokensPerSecond: number(row['tokens_per_second']),
      })
    }
  } catch {
    // what came before can be shown
  }
  const every = Math.ceil(points.length / drawn)
  return points.filter((point, index) => index % every === 0 || index === points.length - 1 || point.heldOut !== undefined)
}
