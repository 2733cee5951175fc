import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { random } from '@whetstone/core'
import { contentKey } from './content-key.ts'
import { nearDuplicates } from './near-duplicates.ts'
import { normalizeText } from './normalize-text.ts'
import { overlapIndex } from './overlap-index.ts'
import { sameTemplate } from './template-of.ts'
import { wordsOf } from './words-of.ts'

const test = suite('similarity')

for (const [a, b, same] of [
  ['What  is 2+2?', 'what is ２+２?', true],
  ['2\u200B+2', '2+2', true],
  ['٣ + ४', '3 + 4', true],
  ['5 − 3', '5 - 3', true],
  ['don’t', "don't", true],
  ['straße?', 'STRASSE?', true],
  ['kırmızı kiraz', 'KIRMIZI KİRAZ', true],
  ['Η ΟΔΌΣ;', 'η οδός;', true],
  ['ένας σοφος', 'ΈΝΑΣ ΣΟΦΟΣ', true],
  ['2+2?', '2-2?', false],
  ['x²', 'x2', false],
  ['3½', '31/2', false],
  ['résumé', 'resume', false],
  ['3.5', '35', false],
] as const)
  test(`${JSON.stringify(a)} and ${JSON.stringify(b)} are ${same ? 'one' : 'two'}`, () =>
    assert.is(contentKey(a) === contentKey(b), same, `${normalizeText(a)} | ${normalizeText(b)}`))

for (const [text, words] of [
  ['A crate holds 6 jars.', 'a crate holds 6 jars'],
  ['苹果有5个', '苹果 有 5 个'],
  ['ภาษาไทยไม่มีช่องว่าง', 'ภาษา ไทย ไม่มี ช่อง ว่าง'],
  ['사과가 5개', '사과가 5 개'],
  ['数学の問題です', '数学 の 問題 です'],
  ['1,234.5 of it', '1,234.5 of it'],
] as const)
  test(`words of ${text}`, () => assert.is(wordsOf(text).join(' '), words))

test('questions of one template that differ in a number are no duplicates, whatever their number', () => {
  const sums = Array.from(
    { length: 10_000 },
    (_, i) => `What is ${1000 + Math.floor(i / 10)} plus ${100 + (i % 10)}? Show each step and give the answer on a line of its own.`,
  )
  assert.is(nearDuplicates(sums, sums.length).filter((head, index) => head !== index).length, 0)
  const index = overlapIndex(sums.slice(0, 5_000))
  assert.is(sums.slice(5_000).filter((text) => index.find(text).overlaps.length > 0).length, 0)
  assert.ok(sameTemplate(sums[0] as string, sums[1] as string))
})

const vocabulary = Array.from({ length: 3000 }, (_, i) => `w${i.toString(36)}x`)
const sentence = (next: () => number, words: number) =>
  Array.from({ length: words }, () => vocabulary[Math.floor(next() * vocabulary.length)] as string)

test('copies in another order of case and space, and with a word added, are found; unlike texts are not', () => {
  const next = random(7)
  const texts = Array.from({ length: 2_000 }, () => sentence(next, 25).join(' '))
  const changed = texts.slice(0, 200).map((text, i) => (i % 2 ? text.toUpperCase().replaceAll(' ', '  ') : `${text} indeed`))
  const heads = nearDuplicates([...texts, ...changed], 2_200)
  assert.is(heads.subarray(0, 2_000).filter((head, index) => head !== index).length, 0)
  const found = changed.filter((_, i) => heads[2_000 + i] === i).length
  assert.ok(found >= 198, `${found} of 200`)
})

test('a bucket of equal texts costs one comparison each', () => {
  const heads = nearDuplicates(
    Array.from({ length: 20_000 }, () => 'the same question over and over again'),
    20_000,
  )
  assert.ok(heads.every((head) => head === 0))
})

test('a run of 13 words planted in a long text is found, and nothing else', () => {
  const next = random(11)
  const questions = Array.from({ length: 1_000 }, () => sentence(next, 30).join(' '))
  const index = overlapIndex(questions)
  let [found, wrong] = [0, 0]
  for (let i = 0; i < 1_000; i++) {
    const text = sentence(next, 120)
    const start = Math.floor(next() * 17)
    if (i % 2 === 0) text.splice(40, 0, ...(questions[i] as string).split(' ').slice(start, start + 13))
    const { overlaps } = index.find(text.join(' '))
    if (i % 2 === 0 && overlaps.some(({ question }) => question === i)) found++
    wrong += overlaps.filter(({ question }) => i % 2 === 1 || question !== i).length
  }
  assert.is(wrong, 0)
  assert.ok(found >= 495, `${found} of 500`)
})

for (const [question, text] of [
  [
    '请问三个箱子里一共有多少个苹果呢？每个箱子有六个苹果。',
    '我们来看：请问三个箱子里一共有多少个苹果呢？每个箱子有六个苹果。答案是十八。',
  ],
  ['箱が三つあります。りんごは全部でいくつですか。', '例題：箱が三つあります。りんごは全部でいくつですか。答えは十八です。'],
  ['มีแอปเปิ้ลกี่ผลในกล่องสามกล่อง', 'คำถาม: มีแอปเปิ้ลกี่ผลในกล่องสามกล่อง'],
  ['상자 세 개에 사과가 모두 몇 개 있습니까', '문제: 상자 세 개에 사과가 모두 몇 개 있습니까? 답은 열여덟입니다'],
] as const)
  test(`a question in another script is found whole: ${question.slice(0, 12)}`, () => {
    assert.is(overlapIndex([question]).find(text).overlaps[0]?.rule, wordsOf(question).length > 13 ? 'n-gram' : 'whole')
    assert.is(overlapIndex([question]).find(text.slice(0, 6)).overlaps.length, 0)
  })

test('the frame of a template with other numbers is told apart from the question itself', () => {
  const question = 'A crate that stands in the yard holds 6 jars of plum jam. How many jars do 3 crates hold in all?'
  const index = overlapIndex([question])
  assert.equal(index.find(`Solve this. ${question.replace('6', '9')} Thank you.`), { overlaps: [], siblings: 1 })
  assert.is(index.find(`Solve this. ${question} Thank you.`).overlaps.length, 1)
})

test.run()
