import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { lexicalEmbedder } from '@whetstone/similarity'
import { leakRule } from './leak-guard.ts'
import { quotes } from './quotes.ts'

const test = suite('leakRule')
const question =
  'Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May. How many clips did Natalia sell altogether in April and May?'
const task = { id: 'gsm8k-1', prompt: question }
const memory = (content: string, sourceTask = 'gsm8k-2') => ({ title: 'Sales', description: '', content, sourceTask })

test('each rule by itself', () => {
  assert.is(leakRule({ memory: memory('Add both.', 'gsm8k-1'), task }), 'source')
  assert.is(
    leakRule({ memory: memory(`As in: "she sold half as many clips in May. How many clips did Natalia sell altogether"`), task }),
    'quote',
  )
  assert.is(leakRule({ memory: memory('It came to seventy-two.'), task, answer: '72' }), 'answer')
  assert.is(leakRule({ memory: memory('It came to seventy-two.'), task }), null, 'without the answer its rule is off')
  assert.is(leakRule({ memory: memory('Half as many: halve the first number, then add both.'), task, answer: '72' }), null)
})

test('a near copy is blocked by similarity, a strategy is not', async () => {
  await using embedder = lexicalEmbedder()
  const vectorsOf = async (text: string) => {
    const [memory_, asked] = (await embedder.embed([text, question], 'document')) as [Float32Array, Float32Array]
    return { memory: memory_, question: asked }
  }
  const copy =
    'How many clips did Natalia sell altogether in May and April? To 48 of her friends Natalia sold clips in April, and half as many clips then she sold in May.'
  assert.is(leakRule({ memory: memory(copy), task, vectors: await vectorsOf(copy) }), 'similar')
  const strategy = 'When somebody sells half as many in a later month, halve the earlier number of clips and add the two months.'
  assert.is(leakRule({ memory: memory(strategy), task, vectors: await vectorsOf(strategy) }), null)
})

for (const [name, text, expected] of [
  ['thirteen tokens in a row', 'then she sold half as many clips in may how many clips did', true],
  ['the same with other punctuation and case', 'Then SHE sold: half - as many clips, in May! "How many" clips did (Natalia', true],
  ['twelve', 'she sold half as many clips in may how many clips did', false],
  ['the words in another order', 'did clips many how may in clips many as half sold she then', false],
] as const)
  test(`quotation: ${name}`, () => assert.is(quotes(text, question), expected))

test('a short question counts as quoted by four fifths of it, a very short one never', () => {
  const short = 'What is the sum of the first ten odd numbers?'
  assert.ok(quotes('e.g. the sum of the first ten odd numbers? Pair them.', short))
  assert.not(quotes('the sum of odd numbers is a square', short))
  assert.not(quotes('4kx3=', '4kx3='))
})

for (const [script, question, quoting, strategy] of [
  [
    'Chinese',
    '请问三个箱子里一共有多少个苹果呢？每个箱子有六个苹果。',
    '题目是：三个箱子里一共有多少个苹果呢？每个箱子有六个苹果。',
    '先数一个箱子，再乘以箱子的数目。',
  ],
  [
    'Japanese',
    '箱が三つあり、それぞれにりんごが六個入っています。りんごは全部でいくつですか。',
    '問題：箱が三つあり、それぞれにりんごが六個入っています。りんごは全部で',
    '一箱の数に箱の数を掛ける。',
  ],
  [
    'Thai',
    'มีกล่องสามกล่อง แต่ละกล่องมีแอปเปิ้ลหกผล มีแอปเปิ้ลทั้งหมดกี่ผล',
    'โจทย์: มีกล่องสามกล่อง แต่ละกล่องมีแอปเปิ้ลหกผล มีแอปเปิ้ลทั้งหมดกี่ผล',
    'คูณจำนวนกล่องด้วยจำนวนผลไม้ในหนึ่งกล่อง',
  ],
  [
    'Korean',
    '상자 세 개에 사과가 각각 여섯 개씩 들어 있습니다. 사과는 모두 몇 개입니까?',
    '문제: 상자 세 개에 사과가 각각 여섯 개씩 들어 있습니다. 사과는 모두 몇 개',
    '상자 하나의 수에 상자의 수를 곱한다.',
  ],
] as const)
  test(`${script} is read: a quotation is found, a strategy is none`, () => {
    assert.ok(quotes(quoting, question))
    assert.not(quotes(strategy, question))
  })

test.run()
