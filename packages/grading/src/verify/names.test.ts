import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openMathsPool, verifyMaths } from './maths.ts'
import { verifyNumber } from './number.ts'

const test = suite('names of what is asked for')
const pool = openMathsPool(2)
test.after(() => pool.close())

/** Gold answers that name a number, with outputs that give it (or none) its name, and outputs that give it another one. */
const cases: [gold: string, passes: string[], fails: string[]][] = [
  [
    '\\beta=-3',
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
  ['\\gamma=-3', ['γ = -3'], []],
  ['\\tau=7', ['\\boxed{7}'], ['\\boxed{\\sigma=7}']],
  ['x_1=4', ['x₁ = 4', 'x1 = 4'], ['x_2 = 4', '\\boxed{x_{2}=4}', 'x₂ is 4']],
  ['x_{12}=4', ['\\boxed{x_{12}=4}'], []],
  ['v_{\\text{max}}=4', ['\\boxed{v_{max}=4}'], ['\\boxed{v_{\\min}=4}']],
  [
    'AB=9',
    ['The length of AB is 9.', 'The length of BA is 9.', 'AC = AB = \\boxed{9}', 'AB = AC = \\boxed{9}'],
    ['The length of CD is 9.', 'CD = \\boxed{9}'],
  ],
  ['f(3)=7', ['f(3) = \\boxed{7}', 'The answer is 7.'], ['Therefore f(4) is 7.', 'f(4) = \\boxed{7}']],
  ['P(A)=\\frac25', ['P(A) = \\boxed{\\frac25}'], ['P(B) = \\boxed{\\frac25}']],
  [
    'x=5',
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
  ['x = 5\\text{ cm}', ['\\boxed{5 \\text{ cm}}'], ['\\boxed{y=5 \\text{ cm}}']],
  ['\\angle ABC=30', ['angle ABC is 30 degrees'], ['The angle CAB is 30.']],
  ['\\angle A=30', ['angle A is 30 degrees'], ['angle B is 30 degrees']],
  ['\\alpha=30^\\circ', [], ['\\boxed{\\theta=30^\\circ}']],
  ['x=1, y=2', [], ['\\boxed{a=1, b=2}']],
  ['\\text{Area}=25', ['\\boxed{\\text{area of the square}=25}', '\\boxed{A=25}'], ['\\boxed{\\text{Perimeter}=25}']],
  ['\\beta=4', [], ['\\boxed{4:1}', '4:1']],
  ['n=12', [], ['\\boxed{12:1}']],
  ['-3', ['\\boxed{k=-3}', 'The value of k is -3.'], []],
  ['x=-3', ['x: -3'], ['y: -3']],
  ['n = 1000', ['n = 1,000'], ['m = 1,000']],
  ['a=5', [], ['A = \\boxed{5}']],
  ['y = 5', [], ['\\[ x = 5 \\]']],
]

for (const [gold, passes, fails] of cases)
  test(gold, async () => {
    for (const [answers, expected] of [
      [passes, true],
      [fails, false],
    ] as const)
      for (const answer of answers)
        for (const given of [gold, `\\boxed{${gold}}`]) {
          const number = verifyNumber({ gold: given, answer })
          assert.is(number.correct, expected, `number: ${given} <> ${answer}: read ${number.extracted}, ${number.reason}`)
          const maths = await verifyMaths({ gold: given, answer, pool })
          assert.is(maths.correct, expected, `maths: ${given} <> ${answer}: read ${maths.extracted}, ${maths.reason}`)
        }
  })

test.run()
