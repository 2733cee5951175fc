/** Name of the bank as it was after a round; 0 is the empty bank. */
export const bankTag = (round: number) => `round-${String(round).padStart(3, '0')}`
