import { pick, unlike, whole, type Draw, type Made } from './draw.ts'

const signed = (n: number) => (n < 0 ? `${n}` : `+${n}`)
const symbols = ['x', 'y', 'n', 'a', 'b', 't', 'k', 'm', 'z']

/** Expressions, equations, and several values at once. */
export const makeExpressions: Record<string, (draw: Draw) => Made> = {
  linear(draw) {
    const x = pick(draw, symbols)
    const other = pick(
      draw,
      symbols.filter((name) => name !== x),
    )
    const [a, b] = [unlike(draw, -9, 9, 0, 1, -1), unlike(draw, -20, 20, 0)]
    return {
      gold: `${a}${x}${signed(b)}`,
      changes: [
        ['permute', `${b}${signed(a)}${x}`, true],
        ['split', `${a - 1}${x}${signed(b)}+${x}`.replace(/^0[a-z]\+?/, '').replace(/^1(?=[a-z])/, ''), true],
        ['spaces', `${a} ${x} ${signed(b)[0]} ${Math.abs(b)}`, true],
        ['rename', `${a}${other}${signed(b)}`, false],
        ['negate', `${-a}${x}${signed(-b)}`, false],
        ['swap', `${b}${x}${signed(a)}`, a === b],
        ['scale', `${2 * a}${x}${signed(2 * b)}`, false],
        ['without the constant', `${a}${x}`, false],
        ['an overflow', `${a}${x}${signed(b)}+10^{400}`, false],
        ['plus a little', `${a}${x}${signed(b)}+10^{-14}`, false],
      ],
    }
  },
  product(draw) {
    const [x, y] = [pick(draw, ['x', 'a', 'p']), pick(draw, ['y', 'b', 'q'])]
    const n = whole(draw, 2, 9)
    return {
      gold: `${n}${x}${y}`,
      changes: [
        ['permute', `${n}${y}${x}`, true],
        ['permute all', `${y}\\cdot ${n}\\cdot ${x}`, true],
        ['sum', `${n}${x}+${y}`, false],
        ['rename', `${n}${x}z`, false],
        ['square', `${n}${x}^2${y}`, false],
      ],
    }
  },
  tuple(draw) {
    const a = whole(draw, -20, 20)
    const b = unlike(draw, -20, 20, a)
    return {
      gold: `(${a},${b})`,
      changes: [
        ['spaces', `\\left( ${a}, ${b} \\right)`, true],
        ['named', `(x,y)=(${a},${b})`, true],
        ['each named', `x=${a}, y=${b}`, true],
        ['swap', `(${b},${a})`, false],
        ['swap names', `(x,y)=(${b},${a})`, false],
        ['negate', `(${-a},${-b})`, a === 0 && b === 0],
        ['a set', `\\{${a},${b}\\}`, false],
        ['one more', `(${a},${b},${a})`, false],
        ['one less', `${a}`, false],
        ['closed', `[${Math.min(a, b)},${Math.max(a, b)}]`, false],
      ],
    }
  },
  list(draw) {
    const a = whole(draw, -30, 30)
    const b = unlike(draw, -30, 30, a)
    const c = unlike(draw, -30, 30, a, b)
    return {
      gold: `${a}, ${b}, ${c}`,
      changes: [
        ['permute', `${c}, ${a}, ${b}`, true],
        ['a set', `\\{${b}, ${c}, ${a}\\}`, true],
        ['and', `${a}, ${b}\\text{ and }${c}`, true],
        ['one less', `${a}, ${b}`, false],
        ['one more', `${a}, ${b}, ${c}, ${unlike(draw, 31, 60, a, b, c)}`, false],
        ['one twice', `${a}, ${a}, ${b}`, false],
        ['negate', `${-a}, ${-b}, ${-c}`, [-a, -b, -c].every((n) => [a, b, c].includes(n))],
        ['their sum', `${a + b + c}`, false],
      ],
    }
  },
  interval(draw) {
    const a = whole(draw, -20, 20)
    const b = a + whole(draw, 1, 20)
    const [open, close] = [pick(draw, ['(', '[']), pick(draw, [')', ']'])]
    const [low, high] = [open === '[' ? '\\le' : '<', close === ']' ? '\\le' : '<']
    const isPoint = open === '(' && close === ')'
    return {
      gold: isPoint ? `${a}<x<${b}` : `${open}${a},${b}${close}`,
      changes: [
        ['inequality', `${a} ${low} x ${high} ${b}`, true],
        ['turned', `${b} ${high === '<' ? '>' : '\\ge'} x ${low === '<' ? '>' : '\\ge'} ${a}`, true],
        ['and', `x ${low === '<' ? '>' : '\\ge'} ${a} \\text{ and } x ${high} ${b}`, true],
        ['other left end', `${open === '(' ? '[' : '('}${a},${b}${close}`, false],
        ['other right end', `${open}${a},${b}${close === ')' ? ']' : ')'}`, false],
        ['half of it', `x ${high} ${b}`, false],
        ['a bound a little off', `${a} ${low} x ${high} ${b}.00000000001`, false],
        ['negate', `${-b} ${low} x ${high} ${-a}`, a === -b],
        ['or', `x ${low === '<' ? '>' : '\\ge'} ${a} \\text{ or } x ${high} ${b}`, false],
      ],
    }
  },
  ratio(draw) {
    const a = whole(draw, 1, 9)
    const b = unlike(draw, 1, 9, a)
    const k = whole(draw, 2, 5)
    return {
      gold: `${a}:${b}`,
      changes: [
        ['scale', `${a * k}:${b * k}`, true],
        ['as a fraction', `\\frac{${a}}{${b}}`, true],
        ['swap', `${b}:${a}`, false],
        ['nothing', '0:0', false],
        ['a zero', `${a}:0`, false],
        ['one more', `${a}:${b}:${a}`, false],
        ['scale one', `${a * k}:${b}`, false],
      ],
    }
  },
  assignment(draw) {
    const x = pick(draw, ['x', 'y', 'n', 'k', '\\alpha', '\\beta', 'AB', 'P(A)', 'x_1', '\\theta'])
    const other = pick(draw, ['z', '\\gamma', 'CD', 'P(C)', 'x_2', 'w'])
    const n = unlike(draw, -50, 50, 0)
    return {
      gold: `${x}=${n}`,
      changes: [
        ['value alone', `${n}`, true],
        ['turned', `${n}=${x}`, true],
        ['worked', `${x}=${n - 1}+1=${n}`, true],
        ['rename', `${other}=${n}`, false],
        ['negate', `${x}=${-n}`, false],
        ['name alone', x.replaceAll(/\\|P|\(|\)/g, ''), false],
        ['identity', `${x}=${x}`, false],
        ['inequality', `${x}>${n}`, false],
      ],
    }
  },
  equation(draw) {
    const [a, b, c] = [whole(draw, 1, 9), unlike(draw, 1, 9, 0), unlike(draw, 1, 20, 0)]
    const k = whole(draw, 2, 5)
    return {
      gold: `${a}x+${b}y=${c}`,
      changes: [
        ['scale', `${a * k}x+${b * k}y=${c * k}`, true],
        ['one side', `${a}x+${b}y-${c}=0`, true],
        ['turned', `${c}=${b}y+${a}x`, true],
        ['negate', `-${a}x-${b}y=-${c}`, true],
        ['swap', `${b}x+${a}y=${c}`, a === b],
        ['scale one side', `${a}x+${b}y=${c * k}`, false],
        ['rename', `${a}x+${b}z=${c}`, false],
        ['identity', '0=0', false],
        ['identity in unknowns', `${a}x+${b}y=${a}x+${b}y`, false],
        ['one side of it', `${c}`, false],
        ['inequality', `${a}x+${b}y<${c}`, false],
      ],
    }
  },
  power(draw) {
    const [base, exponent] = [pick(draw, [2, 3, 5, 6, 7, 10]), whole(draw, 30, 20_000)]
    return {
      gold: `${base}^{${exponent}}`,
      changes: [
        ['split', `${base}\\cdot${base}^{${exponent - 1}}`, true],
        [
          'squared base',
          exponent % 2 === 0 ? `${base * base}^{${exponent / 2}}` : `${base}\\cdot${base * base}^{${(exponent - 1) / 2}}`,
          true,
        ],
        ['one more', `${base}^{${exponent + 1}}`, false],
        ['the order of a Mersenne prime less', exponent > 140 ? `${base}^{${exponent - 127}}` : `${base}^{${exponent + 127}}`, false],
        ['plus 1', `${base}^{${exponent}}+1`, false],
        ['negate', `-${base}^{${exponent}}`, false],
        ['inverse', `${base}^{-${exponent}}`, false],
        ['infinity', '\\infty', false],
        ['another overflow', '1e99999', false],
      ],
    }
  },
}
