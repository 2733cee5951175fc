/** A rate as a percentage with one digit: `41.5%`. */
export const rate = (value: number): string => `${(100 * value).toFixed(1)}%`

/** A difference of rates in percentage points, signed: `+12.0`. */
export const points = (difference: number): string => `${difference < 0 ? '-' : '+'}${Math.abs(100 * difference).toFixed(1)}`

/** A p-value or level to two significant digits: `0.034`, `1.2e-9`; what a double cannot hold is no zero: `<1e-300`. */
export const showP = (p: number): string => (p >= 0.001 ? String(Number(p.toPrecision(2))) : p === 0 ? '<1e-300' : p.toExponential(1))
