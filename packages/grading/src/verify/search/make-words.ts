import { pick, whole, type Draw, type Made } from './draw.ts'

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

/** Words, times, letters of a choice. */
export const makeWords: Record<string, (draw: Draw) => Made> = {
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
