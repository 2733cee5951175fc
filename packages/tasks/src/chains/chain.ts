import type { Random } from '@whetstone/core'

/** What each sign does to two digits below 7: addition, subtraction and multiplication modulo 7. */
export const chainOperations: Readonly<Record<string, (x: number, y: number) => number>> = {
  '+': (x, y) => (x + y) % 7,
  '-': (x, y) => (x - y + 7) % 7,
  '*': (x, y) => (x * y) % 7,
}
export const chainSigns: readonly string[] = Object.keys(chainOperations)

/** A chain of operations from left to right: `3+5*2` starts at 3, then adds 5, then takes it twice. */
export type Chain = { start: number; operations: readonly { sign: string; operand: number }[] }
/** One written step, `3+5=1`. */
export type Step = { left: number; sign: string; right: number; value: number }

export const chainText = ({ start, operations }: Chain): string =>
  `${start}${operations.map(({ sign, operand }) => sign + operand).join('')}`

/** Reads `3+5*2`, with or without the question mark of a prompt; null when the text is no chain. */
export function readChain(text: string): Chain | null {
  const whole = /^([0-6])((?:[-+*][0-6])*)\??$/.exec(text)
  if (!whole) return null
  const operations = [...(whole[2] as string).matchAll(/([-+*])([0-6])/g)]
  return {
    start: Number(whole[1]),
    operations: operations.map(([, sign, operand]) => ({ sign: sign as string, operand: Number(operand) })),
  }
}

export function drawChain(next: Random, level: number): Chain {
  const digit = () => Math.floor(next() * 7)
  const operations = Array.from({ length: level }, () => ({ sign: chainSigns[Math.floor(next() * 3)] as string, operand: digit() }))
  return { start: digit(), operations }
}

/** The steps of a chain, one an operation; each begins with the value of the one before. */
export function stepsOf({ start, operations }: Chain): Step[] {
  let left = start
  return operations.map(({ sign, operand }) => {
    const value = (chainOperations[sign] as (x: number, y: number) => number)(left, operand)
    const step = { left, sign, right: operand, value }
    left = value
    return step
  })
}

export const stepText = ({ left, sign, right, value }: Step): string => `${left}${sign}${right}=${value}`

/** The answer in whole: every step, then the result, `3+5=1;1*2=2;#2`. */
export function traceText(chain: Chain): string {
  const steps = stepsOf(chain)
  return [...steps.map(stepText), `#${steps.at(-1)?.value ?? chain.start}`].join(';')
}

/** The chain that is left after some steps: the last value, then what has not been applied. This is a summary of unfinished work. */
export function restOf(chain: Chain, done: number): Chain {
  return { start: stepsOf(chain)[done - 1]?.value ?? chain.start, operations: chain.operations.slice(done) }
}
