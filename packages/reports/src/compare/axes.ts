/** What accuracy may be drawn over. */
export const axes = { round: 'round', tokens: 'tokens sampled by the run so far', seconds: 'seconds of the run so far' } as const
export type Axis = keyof typeof axes
