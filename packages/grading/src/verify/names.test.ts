import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openMathsPool, verifyMaths } from './maths.ts'
import { verifyNumber } from './number.ts'

const test = suite('names of what is asked for')
const pool = openMathsPool(2)
test.after(() => pool.close())

/** Gold answers that name a number, outputs that give it (or none) its name, and outputs that give it another one; for one grader or both. */
const cases: [gold: string, grader: 'number' | 'maths' | 'both', passes: string[], fails: string[]][] = [
  [
    '\\beta=-3',
    'both',
    ['-3', '\\boxed{-3}', '\\boxed{\\beta=-3}', 'The value of β is -3.', 'beta = -3', '\\boxed{-3=\\beta}'],
    [
      '\\boxed{k=-3}',
      'k=-3',
      'The value of k is -3.',
      'The value of $k$ is $-3$.',
      'Hence $k=\\boxed{-3}$.',
      'The answer is k = -3.',
      '#### k = -3',
      '<answer>k=-3</answer>',
      'The solution for k is -3.',
      '-3 is the value of k',
      '\\boxed{-3=k}',
      'So k equals -3.',
      '\\gamma = -3',
      'γ = -3',
    ],
  ],
  ['\\gamma=-3', 'both', ['γ = -3'], []],
  ['\\tau=7', 'both', ['\\boxed{7}'], ['\\boxed{\\sigma=7}']],
  ['x_1=4', 'both', ['x₁ = 4', 'x1 = 4'], ['x_2 = 4', '\\boxed{x_{2}=4}', 'x₂ is 4']],
  ['x_{12}=4', 'both', ['\\boxed{x_{12}=4}'], []],
  ['v_{\\text{max}}=4', 'both', ['\\boxed{v_{max}=4}'], ['\\boxed{v_{\\min}=4}']],
  [
    'AB=9',
    'both',
    ['The length of AB is 9.', 'The length of BA is 9.', 'AC = AB = \\boxed{9}', 'AB = AC = \\boxed{9}'],
    ['The length of CD is 9.', 'CD = \\boxed{9}'],
  ],
  ['f(3)=7', 'both', ['f(3) = \\boxed{7}', 'The answer is 7.'], ['Therefore f(4) is 7.', 'f(4) = \\boxed{7}']],
  ['P(A)=\\frac25', 'both', ['P(A) = \\boxed{\\frac25}'], ['P(B) = \\boxed{\\frac25}']],
  [
    'x=5',
    'both',
    [
      'x = 2 + 3 = \\boxed{5}',
      'We have y = 3. The answer is 5.',
      'Since k = 3 we get \\boxed{5}',
      'The answer to part A is 5.',
      'The answer is 5 for x.',
      'Answer: 5',
      '\\boxed{\\text{Answer}=5}',
      'Answer = 5',
      'The final answer is $\\boxed{5}$.',
      'The answer is 5 apples.',
      'Der Wert von x ist 5.',
      '\\begin{align*} x &= 2+3 \\\\ &= 5 \\end{align*}',
      '**x = 5**',
    ],
    [
      'y = 2 + 3 = \\boxed{5}',
      'The answer is 5 for y.',
      'La valeur de y est 5.',
      'y的值是5',
      'Der Wert von y ist 5.',
      '\\begin{align*} y &= 2+3 \\\\ &= 5 \\end{align*}',
      '**y = 5**',
      'y is therefore 5',
      'y is equal to 5',
      'y must be 5',
      't ≈ 5',
    ],
  ],
  ['x = 5\\text{ cm}', 'both', ['\\boxed{5 \\text{ cm}}'], ['\\boxed{y=5 \\text{ cm}}']],
  ['\\angle ABC=30', 'both', ['angle ABC is 30 degrees'], ['The angle CAB is 30.']],
  ['\\angle A=30', 'both', ['angle A is 30 degrees'], ['angle B is 30 degrees']],
  ['\\alpha=30^\\circ', 'both', [], ['\\boxed{\\theta=30^\\circ}']],
  ['x=1, y=2', 'both', [], ['\\boxed{a=1, b=2}']],
  ['x=1, y=2', 'maths', ['\\boxed{1, 2}'], ['\\boxed{x=1, z=2}']],
  ['(p,q)=(3,2)', 'maths', [], ['\\boxed{(r,s)=(3,2)}']],
  ['\\text{Area}=25', 'both', ['\\boxed{\\text{area of the square}=25}', '\\boxed{A=25}'], ['\\boxed{\\text{Perimeter}=25}']],
  ['\\beta=4', 'both', [], ['\\boxed{4:1}', '4:1']],
  ['n=12', 'both', [], ['\\boxed{12:1}']],
  ['k=\\frac32', 'maths', [], ['\\boxed{3:2}']],
  ['\\frac{a}{b}=\\frac32', 'maths', ['\\boxed{3:2}'], []],
  ['a:b=3:2', 'maths', ['\\boxed{3:2}'], []],
  ['\\frac32', 'maths', ['\\boxed{3:2}'], []],
  ['3:2', 'maths', ['\\boxed{\\frac32}'], []],
  ['-3', 'both', ['\\boxed{k=-3}', 'The value of k is -3.'], []],
  ['x=-3', 'both', ['x: -3'], ['y: -3']],
  ['n = 1000', 'both', ['n = 1,000'], ['m = 1,000']],
  ['a=5', 'both', [], ['A = \\boxed{5}']],
  ['y = 5', 'both', [], ['\\[ x = 5 \\]']],
  ['\\alpha=\\frac{\\pi}{3}', 'both', [], ['\\boxed{\\beta=\\frac{\\pi}{3}}']],
  ['\\alpha=\\frac{\\pi}{3}', 'maths', ['\\boxed{\\alpha=60^\\circ}'], []],
  ['m=2, n=3', 'maths', ['$m = 2$ and $n = 3$'], ['\\boxed{m=3, n=2}', '$p = 2$ and $q = 3$']],
  ['(a,b,c)=(1,2,3)', 'maths', ['a=1, b=2, c=3'], ['a=1, b=3, c=2']],
  ['r=5\\text{ cm}', 'maths', [], ['d=5 cm']],
  ['r=5\\text{ cm}', 'both', ['r=5 cm', '5 cm'], []],
  ['h = 12', 'both', ['The height h is 12.', 'The height is 12.'], ['The height h is 21', 'w = 12', 'The width w is 12.']],
  ['\\lambda_1 = 3', 'both', ['λ₁ = 3', '\\lambda_1 is 3'], ['\\lambda_2 = 3']],
  ['\\lambda = 3', 'both', [], ['\\mu = 3']],
  ['S_n = 100', 'both', [], ['S_m = 100']],
  ['a_{10} = 55', 'both', ['a_{10} = 55', 'The 10th term is 55'], ['a_{11} = 55']],
  ["f'(2) = 12", 'both', ["\\boxed{f'(2) = 12}"], ['f(2) = 12', '\\boxed{f(2) = 12}']],
  ['\\overline{CD} = 7', 'both', ['CD = 7', 'segment CD is 7 units'], ['The answer is AB = 7.']],
  ['\\cos A = \\frac12', 'both', [], ['\\cos B = \\boxed{\\frac12}']],
  [
    'k=5',
    'both',
    ['**Answer:** $k = 5$', '$$k = \\boxed{5}$$', 'kの値は5です', 'el valor de k es 5'],
    [
      'Answer: p = 5',
      '**Answer:** $p = 5$',
      'The value of p equals 5.',
      'Final answer: The value of p is 5',
      'p must be equal to 5',
      'thus p → 5? So p = 5',
      '\\(p = 5\\)',
      '\\[p=\\boxed{5}\\]',
      '$$p = \\boxed{5}$$',
      '5 = p',
      '<think>k=5</think> p = 5',
      'el valor de p es 5',
      'la valeur de p est 5',
      'значение p равно 5',
      'pの値は5です',
      'K = 5',
      'k=6, p=5',
    ],
  ],
  ['\\text{mean}=5', 'both', ['mean = 5'], ['median = 5', '\\text{median}=5']],
  ['\\text{Cost}=5', 'both', ['cost: 5'], []],
  ['k=5', 'maths', [], ['k=5, p=6']],
  ['k = -\\frac{1}{2}', 'both', ['k = -0.5', '-1/2'], ['m = -\\frac{1}{2}']],
  [
    'x=3',
    'both',
    ['\\boxed{x \\text{ is } 3}', '\\boxed{\\text{The value of } x \\text{ is } 3}'],
    [
      '\\boxed{y=3}',
      '\\boxed{y = 3.}',
      '\\boxed{\\text{y} = 3}',
      '\\boxed{y \\text{ is } 3}',
      '\\boxed{y\\approx3}',
      '\\boxed{\\text{The value of } y \\text{ is } 3}',
    ],
  ],
  ['P = 0.3', 'both', ['P(A) = 0.3'], []],
  ['P(X=2) = 0.3', 'both', ['0.3', 'P(X=2) = 0.3'], ['P(X=3) = 0.3']],
  ['n=7', 'both', ['So n is 7.', 'n: 7'], ['There are n = 7 people? No, m = 7.', 'So m is 7.', 'm: 7']],
]

for (const [gold, grader, passes, fails] of cases)
  test(`${gold}, ${grader}`, async () => {
    const answers = [...passes.map((answer) => [answer, true] as const), ...fails.map((answer) => [answer, false] as const)]
    for (const [answer, expected] of answers)
      for (const given of [gold, `\\boxed{${gold}}`]) {
        const verdicts = {
          ...(grader === 'maths' ? {} : { number: verifyNumber({ gold: given, answer }) }),
          ...(grader === 'number' ? {} : { maths: await verifyMaths({ gold: given, answer, pool }) }),
        }
        for (const [name, { correct, extracted, reason }] of Object.entries(verdicts))
          assert.is(correct, expected, `${name}: ${given} <> ${answer}: read ${extracted}, ${reason}`)
      }
  })

test.run()
