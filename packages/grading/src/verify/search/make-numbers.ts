import { pick, unlike, whole, type Draw, type Made } from './draw.ts'

const gcd = (a: number, b: number): number => (b === 0 ? Math.abs(a) : gcd(b, a % b))
const frac = (n: number, d: number) => `${n < 0 ? '-' : ''}\\frac{${Math.abs(n)}}{${d}}`
const grouped = (n: number) => String(n).replace(/\B(?=(?:\d{3})+(?!\d))/g, '{,}')
function fraction(draw: Draw): [n: number, d: number] {
  for (;;) {
    const [n, d] = [whole(draw, -60, 60), whole(draw, 2, 40)]
    if (n !== 0 && gcd(n, d) === 1) return [n, d]
  }
}

/** Numbers in their many ways of being written. */
export const makeNumbers: Record<string, (draw: Draw) => Made> = {
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
}
