/** A gold answer, another answer made from it by a change, and whether that change keeps its meaning: known from how it was made. */
export type MadePair = { kind: string; change: string; gold: string; answer: string; same: boolean }
type Made = { gold: string; changes: [name: string, answer: string, same: boolean][] }
type Draw = () => number

const whole = (draw: Draw, from: number, to: number) => from + Math.floor(draw() * (to - from + 1))
const pick = <T>(draw: Draw, from: readonly T[]): T => from[Math.floor(draw() * from.length)] as T
const gcd = (a: number, b: number): number => (b === 0 ? Math.abs(a) : gcd(b, a % b))
const unlike = (draw: Draw, from: number, to: number, ...others: number[]): number => {
  for (;;) {
    const value = whole(draw, from, to)
    if (!others.includes(value)) return value
  }
}
const signed = (n: number) => (n < 0 ? `${n}` : `+${n}`)
const frac = (n: number, d: number) => `${n < 0 ? '-' : ''}\\frac{${Math.abs(n)}}{${d}}`
const grouped = (n: number) => String(n).replace(/\B(?=(?:\d{3})+(?!\d))/g, '{,}')
const words = [
  'north',
  'listen',
  'stone',
  'parallel',
  'even',
  'Tuesday',
  'triangle',
  'stressed',
  'below',
  'hyperbola',
  'left',
  'night',
  'angle',
  'earth',
  'least',
]
const symbols = ['x', 'y', 'n', 'a', 'b', 't', 'k', 'm', 'z']

function fraction(draw: Draw): [n: number, d: number] {
  for (;;) {
    const [n, d] = [whole(draw, -60, 60), whole(draw, 2, 40)]
    if (n !== 0 && gcd(n, d) === 1) return [n, d]
  }
}

const makers: Record<string, (draw: Draw) => Made> = {
  integer(draw) {
    const n = unlike(draw, -99_999, 99_999, 0)
    const k = whole(draw, 2, 9)
    return {
      gold: `${n}`,
      changes: [
        ['grouped', grouped(n), true],
        ['scale and divide', `\\frac{${n * k}}{${k}}`, true],
        ['with a point', `${n}.0`, true],
        ['split into a sum', `${n - k}+${k}`, true],
        ['negate', `${-n}`, false],
        ['scale', `${n * k}`, false],
        ['one more', `${n + 1}`, false],
        ['a digit more', `${n}${k}`, false],
        ['inverse', Math.abs(n) === 1 ? `${n + 7}` : `\\frac{1}{${n}}`, false],
        ['a magnitude', `${n}\\text{ ${pick(draw, ['million', 'thousand', 'dozen', 'hundred'])}}`, false],
        ['a variable behind', `${n}${pick(draw, ['x', 'y', 'n'])}`, false],
        ['as a list', `${n},${n}`, false],
        ['plus a little', `${n}.000000000000001`, false],
      ],
    }
  },
  fraction(draw) {
    const [n, d] = fraction(draw)
    const k = whole(draw, 2, 9)
    const rest = Math.abs(n) % d
    const mixed = `${n < 0 ? '-' : ''}${Math.floor(Math.abs(n) / d)}\\frac{${rest}}{${d}}`
    const isMixed = Math.abs(n) > d
    return {
      gold: frac(n, d),
      changes: [
        ['scale both', frac(n * k, d * k), true],
        ['slash', `${n}/${d}`, true],
        ['displayed', frac(n, d).replace('\\frac', '\\dfrac'), true],
        ['negate twice', `-\\left(${frac(-n, d)}\\right)`, true],
        ...(isMixed
          ? ([
              ['as a mixed number', mixed, true],
              ['the whole of it alone', `${Math.trunc(n / d)}`, false],
              ['its rest alone', `\\frac{${rest}}{${d}}`, false],
            ] as Made['changes'])
          : []),
        ['swap', frac(n < 0 ? -d : d, Math.abs(n)), Math.abs(n) === d],
        ['negate', frac(-n, d), false],
        ['scale', frac(n * k, d), false],
        ['a ratio of nothing', '0:0', false],
        ['plus a little', `${frac(n, d)}+10^{-${whole(draw, 12, 60)}}`, false],
      ],
    }
  },
  decimal(draw) {
    const digits = whole(draw, 1, 99_999)
    const places = whole(draw, 1, 4)
    const text = (digits / 10 ** places).toFixed(places)
    return {
      gold: text,
      changes: [
        ['a zero behind', `${text}0`, true],
        ['as a fraction', `\\frac{${digits}}{${10 ** places}}`, true],
        ['scientific', `${digits} \\times 10^{-${places}}`, true],
        ['negate', `-${text}`, false],
        ['scale', (digits / 10 ** (places - 1)).toFixed(Math.max(0, places - 1)), false],
        ['a digit more', `${text}1`, false],
        ['half of it', `\\frac{${text}}{2}`, false],
      ],
    }
  },
  root(draw) {
    const [k, r] = [whole(draw, 2, 12), pick(draw, [2, 3, 5, 6, 7, 10, 11, 13, 15])]
    return {
      gold: `${k}\\sqrt{${r}}`,
      changes: [
        ['under the root', `\\sqrt{${k * k * r}}`, true],
        ['permute', `\\sqrt{${r}}\\cdot${k}`, true],
        ['rationalised', `\\frac{${k * r}}{\\sqrt{${r}}}`, true],
        ['as a power', `${k}\\cdot${r}^{1/2}`, true],
        ['without the root', `${k * r}`, false],
        ['without the factor', `\\sqrt{${r}}`, false],
        ['negate', `-${k}\\sqrt{${r}}`, false],
        ['swap', `${r}\\sqrt{${k}}`, k === r],
        ['plus a little', `${k}\\sqrt{${r}}+10^{-${whole(draw, 15, 80)}}`, false],
        ['overflow', `${k}\\sqrt{${r}}\\cdot10^{${whole(draw, 300, 900)}}`, false],
      ],
    }
  },
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
  word(draw) {
    const word = pick(draw, words)
    let letters = [...word]
    for (let tries = 0; tries < 50 && letters.join('') === word; tries++)
      letters = letters
        .map((letter) => [draw(), letter] as const)
        .sort((a, b) => a[0] - b[0])
        .map(([, letter]) => letter)
    return {
      gold: `\\text{${word}}`,
      changes: [
        ['bare', word, true],
        ['capitals', `\\text{${word.toUpperCase()}}`, true],
        ['permute', letters.join(''), letters.join('').toLowerCase() === word.toLowerCase()],
        ['permute in text', `\\text{${letters.join('')}}`, letters.join('').toLowerCase() === word.toLowerCase()],
        ['reverse', [...word].reverse().join(''), false],
        ['one letter less', word.slice(1), false],
        [
          'another',
          `\\text{${pick(
            draw,
            words.filter((other) => other !== word),
          )}}`,
          false,
        ],
        ['not', `\\text{not ${word}}`, false],
      ],
    }
  },
  time(draw) {
    const [hour, minute] = [whole(draw, 1, 12), whole(draw, 1, 58)]
    const two = (n: number) => String(n).padStart(2, '0')
    return {
      gold: `${hour}{:}${two(minute)}\\text{ a.m.}`,
      changes: [
        ['am', `${hour}{:}${two(minute)}\\text{ am}`, true],
        ['bare', `${hour}{:}${two(minute)}`, true],
        ['p.m.', `${hour}{:}${two(minute)}\\text{ p.m.}`, false],
        ['another hour', `${(hour % 12) + 1}{:}${two(minute)}\\text{ a.m.}`, false],
        ['another minute', `${hour}{:}${two(minute + 1)}\\text{ a.m.}`, false],
        ['the hour', `${hour}`, false],
        ['the minutes', `${minute}`, false],
      ],
    }
  },
  choice(draw) {
    const letter = pick(draw, ['A', 'B', 'C', 'D', 'E'])
    const other = pick(
      draw,
      ['A', 'B', 'C', 'D', 'E'].filter((one) => one !== letter),
    )
    return {
      gold: `\\text{(${letter})}`,
      changes: [
        ['bare', letter, true],
        ['with a text', `\\text{(${letter}) }12`, true],
        ['bold', `\\textbf{${letter}}`, true],
        ['another', `\\text{(${other})}`, false],
        ['two', `\\text{(${letter})},\\text{(${other})}`, false],
        ['two with or', `${letter}\\text{ or }${other}`, false],
        ['all', '(A)(B)(C)(D)(E)', false],
      ],
    }
  },
}
export const pairKinds = Object.keys(makers)

export function drawPair(kind: string, draw: Draw): MadePair {
  const { gold, changes } = (makers[kind] as (draw: Draw) => Made)(draw)
  const [change, answer, same] = pick(draw, changes)
  return { kind, change, gold, answer, same }
}
