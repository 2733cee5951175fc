import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { tellsAnswer } from './tells-answer.ts'

const test = suite('tellsAnswer')

/** Ways of hiding an answer: [answer, memory text]. */
const planted: [string, string][] = [
  // plain, signs, currency, units, endings
  ['18', 'The answer is 18.'],
  ['18', 'You should get $18'],
  ['18', 'It is 18.00 dollars'],
  ['18', 'after that,18 remain'],
  ['18', 'result=18'],
  ['18', 'Result:18!'],
  ['18', '18km in all'],
  ['18', 'the 18th'],
  ['18', '**18**'],
  ['18', '`18`'],
  ['18', '\\boxed{18}'],
  ['18', '$\\mathbf{18}$'],
  ['18', '#### 18'],
  ['18', 'it costs €18'],
  ['18', '+18'],
  ['18', '(18)'],
  ['18', 'about 018 of them'],
  ['18', 'a total—18—is left'],
  // grouping
  ['1000', 'you get 1,000'],
  ['1000', '1{,}000'],
  ['1000', '1 000'],
  ['1000', "1'000"],
  ['1000', '1_000'],
  ['1000', '1\u202f000 litres'],
  ['1000000', '1.000.000'],
  ['1,000', 'take 1000'],
  ['12500', '12,500 people'],
  ['100000', '1,00,000 rupees'],
  // powers, scientific, suffixes
  ['1000', '10^3'],
  ['1000', '10³'],
  ['1000', '10^{3}'],
  ['1000', '10**3'],
  ['1000', '1e3'],
  ['1000', '1.0E+3'],
  ['1000', '1 × 10^3'],
  ['1000', '1\\times10^{3}'],
  ['1000', '1k'],
  ['2500000', '2.5 million'],
  ['3000', '3 thousand'],
  ['64', '2^6'],
  ['64', '8 squared'],
  ['64', '4 cubed'],
  ['64', 'two to the power of six'],
  // words
  ['7', 'seven is what remains'],
  ['21', 'twenty-one'],
  ['21', 'Twenty One'],
  ['105', 'one hundred and five'],
  ['342', 'three hundred forty-two'],
  ['1200', 'twelve hundred'],
  ['1200', 'one thousand two hundred'],
  ['24', 'two dozen eggs'],
  ['6', 'half a dozen'],
  ['12', 'a dozen'],
  ['100', 'a hundred'],
  ['18', 'one eight'],
  ['18', 'e-i-g-h-t-e-e-n'],
  ['18', 'e i g h t e e n'],
  ['18', 'EIGHTEEN'],
  ['1', 'the answer is one'],
  ['0', 'nothing but zero is left'],
  ['-5', 'minus five'],
  ['-5', 'negative 5'],
  ['2.5', 'two point five'],
  ['42', 'six times seven'],
  ['3', 'nine divided by three'],
  // fractions, decimals, percentages
  ['3/4', '0.75 of it'],
  ['0.75', '\\frac{3}{4}'],
  ['\\frac{3}{4}', '3/4'],
  ['\\frac34', '6/8'],
  ['0.75', '75%'],
  ['0.75', '¾'],
  ['0.75', 'three quarters'],
  ['0.75', 'three-fourths'],
  ['1.5', '1½'],
  ['1.5', '1 1/2'],
  ['1.5', 'one and a half'],
  ['\\frac{1}{3}', '0.333...'],
  ['1/3', '0.\\overline{3}'],
  ['1/3', 'a third'],
  ['1/3', 'about 0.333'],
  ['0.5', 'half of it'],
  ['50%', '1/2'],
  ['3.14', '3.140'],
  ['0.2', '.2'],
  ['12.5', '12,5'],
  ['18', '18 percent'],
  ['18', '36/2'],
  ['2/3', 'two over three'],
  ['1\\frac{1}{2}', '3/2'],
  // other scripts and hidden characters
  ['18', '１８'],
  ['18', '۱۸'],
  ['18', '१८'],
  ['18', '⑱'],
  ['18', '𝟏𝟖'],
  ['18', '1\u200b8'],
  ['18', '1\u00ad8'],
  ['18', '&#49;&#56;'],
  ['18', '¹⁸'],
  ['18', '1️⃣8️⃣'],
  // other bases, Roman, digit by digit, reversed, arithmetic, roots
  ['18', 'XVIII'],
  ['18', '0x12'],
  ['18', '0b10010'],
  ['18', '0o22'],
  ['18', '10010_2'],
  ['18', '10010₂'],
  ['18', '1 8'],
  ['125', '1-2-5'],
  ['18', 'read 81 backwards'],
  ['18', '9 + 9'],
  ['18', '3·6'],
  ['18', '20 − 2'],
  ['18', '2(9) = 2*9'],
  ['18', '\\sqrt{324}'],
  ['18', '√324'],
  ['120', '5!'],
  ['18', '(10 + 8)'],
  ['18', '2 * (4 + 5)'],
  // answers that are no numbers
  ['x^2+1', 'so it is $x^{2} + 1$.'],
  ['(3,-4)', 'the point \\left(3, -4\\right)'],
  ['2\\sqrt{3}', 'namely 2 \\sqrt{3}'],
  ['nyks', 'the letters are NYKS'],
  ['Tuesday', 'it falls on a tuesday.'],
  ['5\\pi', 'area 5 \\pi'],
]

/** Texts that share digits or words with another number and must be kept. */
const harmless: [string, string][] = [
  ['18', 'Check 180 and 118 first'],
  ['18', 'about 1.8 times'],
  ['18', '18.5 is too much'],
  ['18', '3.18'],
  ['18', '0.18 of it'],
  ['18', '1,800 people'],
  ['18', '2,018 of them'],
  ['18', '1818'],
  ['18', 'in 2018'],
  ['18', '2018-05-18'],
  ['18', '18/5/2018'],
  ['18', 'at 18:30 sharp'],
  ['18', '5/18'],
  ['18', '18/7 is irreducible'],
  ['18', '-18'],
  ['18', 'x18'],
  ['18', 'x_18'],
  ['18', 'x_{18}'],
  ['18', 'COVID18'],
  ['18', '10^18'],
  ['18', '18^2'],
  ['18', '18e2'],
  ['18', 'eighty'],
  ['18', 'one hundred eighteen'],
  ['18', 'eighteen thousand'],
  ['18', 'eighteen hundred'],
  ['18', '1 and 8 are digits'],
  ['18', 'between 1 and 8'],
  ['18', 'pages 1-8'],
  ['18', 'v1.8.0'],
  ['18', 'version 18.04.1'],
  ['18', '18 million'],
  ['18', '18,000'],
  ['18', 'one or eight'],
  ['18', '81'],
  ['3', '3/4 of the cake'],
  ['3', 'a rate of 3.5'],
  ['3', '10^3 metres'],
  ['3', 'x^3 grows'],
  ['3', '30 and 33 and 13'],
  ['3', 'thirty'],
  ['3', 'thirteen'],
  ['3', 'three quarters'],
  ['3', 'three hundred'],
  ['3', 'two thirds'],
  ['3', 'the third step'],
  ['3', 'a 3D figure'],
  ['3', 'Step 3: simplify'],
  ['3', '1. Read it.\n2. Set up the equation.\n3. Solve it.'],
  ['3', '0.3'],
  ['3', '1/3'],
  ['3', 'mp3 file'],
  ['3', '3,000'],
  ['3', 'three-fourths'],
  ['1', 'no one should guess'],
  ['1', 'check one by one'],
  ['1', 'this one is easier'],
  ['1', '1,000'],
  ['1', '1/2'],
  ['1', 'the first term'],
  ['10', '10^3'],
  ['1000', '100 and 10000'],
  ['1000', '1,0001'],
  ['1000', '10003'],
  ['0.75', '75 people'],
  ['0.75', '7.5'],
  ['0.75', '0.755'],
  ['0.5', '5'],
  ['0.5', '0.55'],
  ['3/4', '4/3'],
  ['3/4', '3 of 4 do'],
  ['3/4', '13/4'],
  ['1/3', '0.35'],
  ['5', '-5'],
  ['-5', '5'],
  ['-5', '15-20'],
  ['12', 'the 112th'],
  ['12', '1 to 2'],
  ['12', '12.12'],
  ['12', '120%'],
  ['100', 'hundreds of tries'],
  ['2', 'a 2D grid'],
  ['2', 'square it: x^2'],
  ['2', '1/2'],
  ['2', 'halves'],
  ['24', '2.4'],
  ['6', '6:30 pm'],
  ['1200', '1,200,000'],
  ['42', '4.2'],
  ['42', '0x2A4'],
  ['x^2+1', 'x^2+10'],
  ['x^2+1', '3x^2+1'],
  ['nyks', 'nyksa'],
  ['(3,-4)', '(3,-45)'],
  ['Tuesday', 'Tuesdays-only'.replace('s-only', 'night')],
  ['A', 'A good plan'],
  ['2\\sqrt{3}', '12\\sqrt{3}'],
]

test('answers hidden in any notation are found', () => {
  const missed = planted.filter(([answer, text]) => !tellsAnswer(text, answer))
  assert.equal(missed, [])
})

test('texts that share digits with other numbers are kept', () => {
  const wrong = harmless.filter(([answer, text]) => tellsAnswer(text, answer))
  assert.equal(wrong, [])
})

test('further cases of both kinds, by answer', () => {
  const cases: Record<'planted' | 'harmless', Record<string, string[]>> = JSON.parse(
    readFileSync(join(import.meta.dirname, 'tells-answer.cases.json'), 'utf8'),
  )
  const all = (kind: 'planted' | 'harmless') =>
    Object.entries(cases[kind]).flatMap(([answer, texts]) => texts.map((text): [string, string] => [answer, text]))
  assert.equal(
    all('planted').filter(([answer, text]) => !tellsAnswer(text, answer)),
    [],
  )
  assert.equal(
    all('harmless').filter(([answer, text]) => tellsAnswer(text, answer)),
    [],
  )
})

test('both hold inside a longer strategy', () => {
  const wrap = (text: string) =>
    `Work backwards from the total. Write an equation for it first; then ${text}, and check the units at the end.`
  const backwards = /\breversed|backwards/
  assert.equal(
    planted.filter(
      ([answer, text]) => !backwards.test(text) && !text.startsWith('+') && !text.startsWith('#') && !tellsAnswer(wrap(text), answer),
    ),
    [],
  )
  assert.equal(
    harmless.filter(([answer, text]) => text !== '81' && !text.includes('\n') && tellsAnswer(wrap(text), answer)),
    [],
  )
})

test.run()
