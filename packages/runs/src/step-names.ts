/** The steps of a round, in order. */
export const stepNames = ['plan', 'traces', 'memories', 'dataset', 'candidate', 'arms', 'decision', 'monitor'] as const
export type StepName = (typeof stepNames)[number]
