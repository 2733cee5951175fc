/** A gold answer and answers made from it, each by a named change that keeps its meaning or does not. */
export type Made = { gold: string; changes: [name: string, answer: string, same: boolean][] }
export type Draw = () => number

export const whole = (draw: Draw, from: number, to: number) => from + Math.floor(draw() * (to - from + 1))
export const pick = <T>(draw: Draw, from: readonly T[]): T => from[Math.floor(draw() * from.length)] as T
export const unlike = (draw: Draw, from: number, to: number, ...others: number[]): number => {
  for (;;) {
    const value = whole(draw, from, to)
    if (!others.includes(value)) return value
  }
}
