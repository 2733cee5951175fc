/** Name of the bank as it was after a round; 0 is the empty bank. */
export const bankTag = (round: number) => `round-${String(round).padStart(3, '0')}`

/** The tags of the bank after each round up to the last, the empty bank's first. */
export const bankRounds = (last: number) => Array.from({ length: last + 1 }, (_, round) => ({ round, tag: bankTag(round) }))
