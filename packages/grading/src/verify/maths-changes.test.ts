import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openMathsPool, verifyMaths } from './maths.ts'

const test = suite('maths changes')
const pool = openMathsPool(2)
test.after(() => pool.close())

/** Answers of every kind; no two say the same. */
const answers = [
  '42',
  '-7',
  '\\frac{3}{7}',
  '-\\frac{22}{9}',
  '0.125',
  '3.1',
  '12{,}500',
  '17\\%',
  '\\$8.25',
  '64^\\circ',
  '5\\text{ cm}',
  '2\\frac{1}{3}',
  '3\\sqrt{5}',
  '\\frac{\\sqrt{3}}{2}',
  '7\\pi',
  '\\frac{9\\pi}{4}',
  '2+\\sqrt{6}',
  '3-4i',
  'x^2-5x+6',
  '2a+3b',
  '\\frac{x+2}{x-3}',
  '4\\sin x\\cos y',
  'e^{3x}',
  '\\ln 12',
  '2^{n+3}',
  '\\binom{9}{3}x',
  '(2,5)',
  '(1,-3,8)',
  '[1,6)',
  '(-\\infty,4]',
  '(-\\infty,-1)\\cup(3,\\infty)',
  '1,5,9',
  '\\{2,7\\}',
  '\\pm 11',
  '3\\pm\\sqrt{2}',
  'y=3x-8',
  'x^2+y^2=49',
  'x\\ge 13',
  '5:8',
  '\\begin{pmatrix}1&2\\\\3&5\\end{pmatrix}',
  '\\begin{pmatrix}4\\\\-9\\end{pmatrix}',
  '2212_3',
  '\\text{Tuesday}',
  '\\text{(D)}',
]

/** Ways to write the same. */
const rewritings: [name: string, rewrite: (answer: string) => string][] = [
  ['as it is', (answer) => answer],
  ['displayed fractions', (answer) => answer.replaceAll('\\frac', '\\dfrac')],
  ['spaces', (answer) => answer.replace(/([-+=<>,&])/g, ' $1 ').replace('12{ , }500', '12{,}500')],
  [
    'sized brackets',
    (answer) =>
      answer.includes('begin')
        ? answer
        : answer
            .replace(/(?<!\\)[([]/g, '\\left$&')
            .replace(/(?<!\\)[)\]]/g, '\\right$&')
            .replace('\\text{\\left(D\\right)}', '\\text{(D)}'),
  ],
  ['braces around exponents', (answer) => answer.replace(/\^(\d)/g, '^{$1}')],
]

/** Changes that make another answer of it; those that do not apply return the answer itself. */
const changes: [name: string, change: (answer: string) => string][] = [
  ['first digit up', (answer) => answer.replace(/\d/, (digit) => String((Number(digit) % 9) + 1))],
  ['last digit up', (answer) => answer.replace(/\d(?=\D*$)/, (digit) => String((Number(digit) % 9) + 1))],
  [
    'sign',
    (answer) => (/^\\(?:pm|text|\{)|^[\d,]+,|_3$|:/.test(answer) ? answer : answer.startsWith('-') ? answer.slice(1) : `-${answer}`),
  ],
  ['without pi', (answer) => answer.replace('\\pi', '')],
  ['without root', (answer) => answer.replace('\\sqrt', '')],
  ['plus and minus swapped', (answer) => answer.replace(/(?<=[\w}])[-+]/, (sign) => (sign === '+' ? '-' : '+'))],
  ['closed bracket opened', (answer) => answer.replace(/^\[(.*)\)$/, '($1)').replace(/\]$/, ')')],
  ['open bracket closed', (answer) => (/^\(.*\)$/.test(answer) ? answer.replace(/^\((.*)\)$/, '[$1]') : answer)],
  ['one member less', (answer) => (/^[\d,]+$/.test(answer) ? answer.replace(/,\d+$/, '') : answer)],
  ['one member more', (answer) => (/^[\d,]+$/.test(answer) && answer.includes(',') ? `${answer},77` : answer)],
  [
    'turned round',
    (answer) =>
      answer
        .replace(/^\((-?\d),(-?\d)\)$/, '($2,$1)')
        .replace('\\ge', '\\le')
        .replace(/^(\d):(\d)$/, '$2:$1'),
  ],
  ['times ten', (answer) => (/^-?[\d.]+$/.test(answer) ? String(Number(answer) * 10) : answer)],
  ['squared', (answer) => (/\\text|=|,|begin|_|:|%|\\ge|\\pm|\\cup|circ|\\\$/.test(answer) ? answer : `(${answer})^2`)],
]

for (const [name, rewrite] of rewritings)
  test(`${name}: still right`, async () => {
    for (const answer of answers) {
      const verdict = await verifyMaths({ gold: `\\boxed{${answer}}`, answer: `So we get \\boxed{${rewrite(answer)}}.`, pool })
      assert.ok(verdict.correct, `${answer} against ${rewrite(answer)}`)
    }
  })

for (const [name, change] of changes)
  test(`${name}: wrong`, async () => {
    const changed = answers.filter((answer) => change(answer) !== answer)
    assert.ok(changed.length > 0)
    for (const answer of changed) {
      const verdict = await verifyMaths({ gold: `\\boxed{${answer}}`, answer: `So we get \\boxed{${change(answer)}}.`, pool })
      assert.is(verdict.correct, false, `${answer} against ${change(answer)}`)
    }
  })

test('no answer passes for another', async () => {
  for (const gold of answers)
    for (const answer of answers) {
      if (gold === answer) continue
      const verdict = await verifyMaths({ gold: `\\boxed{${gold}}`, answer: `$${answer}$`, pool })
      assert.is(verdict.correct, false, `${gold} against ${answer}`)
    }
})

test.run()
