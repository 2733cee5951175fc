import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { opposes } from './opposes.ts'

const test = suite('opposes')
const advice = (content: string, title = '') => ({ title, description: '', content })

const opposed: [string, string][] = [
  ['kx=a;', 'kx=s;'],
  ['Discount rate: apply to the original price', 'Discount rate: apply to the remaining price'],
  ['Always convert the units before adding lengths.', 'Never convert the units before adding lengths.'],
  ['Convert units before adding lengths together.', 'Convert units after adding lengths together.'],
  ['Round up the number of buses at the end.', 'Round down the number of buses at the end.'],
  ['Include the first day when counting days.', 'Exclude the first day when counting days.'],
  ['Check the answer by substitution.', 'Do not check the answer by substitution.'],
  ['Multiply the probabilities of independent events.', "Don't multiply the probabilities of independent events."],
  ['Add the areas of overlapping regions.', 'Subtract the areas of overlapping regions.'],
]
const agreeing: [string, string][] = [
  ['kx=a;', 'ky=s;'],
  ['kx=a;', 'kx = a'],
  ['Always convert the units before adding lengths.', 'Convert units before adding the lengths.'],
  [
    'Do not forget to check the answer by substitution.',
    'Never skip it: do not forget to check the answer by substitution.'.replace('Never skip it: ', ''),
  ],
  ['Check the answer by substitution.', 'Do not divide by zero when simplifying fractions.'],
  ['Work backwards from the total.', 'Draw a diagram of the triangle first.'],
  ['Add the areas of disjoint regions.', 'Subtract the discount from the price.'],
  ['Never round before the last step.', 'Avoid rounding before the last step.'.replace('rounding', 'round')],
]

for (const [a, b] of opposed) test(`"${a}" against "${b}"`, () => assert.ok(opposes(advice(a), advice(b)) && opposes(advice(b), advice(a))))
for (const [a, b] of agreeing)
  test(`"${a}" beside "${b}"`, () => assert.not(opposes(advice(a), advice(b)) || opposes(advice(b), advice(a))))

test.run()
