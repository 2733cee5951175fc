/** The whole numbers from one to another, both counted; none where the second is less. */
export const range = (from: number, to: number): number[] => Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at)
