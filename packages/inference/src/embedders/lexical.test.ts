import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { cosine, lexicalEmbedder } from '@whetstone/similarity'
import { embedderContract } from '../embedder-contract.ts'
import lexical from './lexical.ts'

const test = suite('lexicalEmbedder')
embedderContract(test, () => lexical().open())

test('texts on one subject are nearer than others, whatever their form', async () => {
  await using embedder = lexicalEmbedder()
  const [query, near, far] = (await embedder.embed(
    [
      'How many apples are left if Ann eats 3?',
      'When something is eaten, subtract: apples left over.',
      'Probability of independent coins multiplies.',
    ],
    'document',
  )) as [Float32Array, Float32Array, Float32Array]
  assert.ok(cosine(query, near) > cosine(query, far) + 0.1)
})

test('unrelated names hardly meet: 324 keys against one another', async () => {
  await using embedder = lexicalEmbedder()
  const letters = [...'bdefgijkmoqtuvwxyz']
  const vectors = await embedder.embed(
    letters.flatMap((a) => letters.map((b) => a + b)),
    'document',
  )
  let most = 0
  for (const [i, a] of vectors.entries()) for (const b of vectors.slice(i + 1)) most = Math.max(most, cosine(a, b))
  assert.ok(most < 0.3, String(most))
})

for (const [script, query, near, far] of [
  ['Chinese', '三个箱子里有多少个苹果', '数苹果时先数箱子', '概率要相乘'],
  ['Japanese', '箱の中のりんごはいくつですか', 'りんごの問題では箱を数える', '確率は掛け算で求める'],
  ['Thai', 'มีแอปเปิ้ลกี่ผลในกล่อง', 'นับแอปเปิ้ลในกล่องก่อน', 'ความน่าจะเป็นให้คูณกัน'],
  ['Korean', '상자에 사과가 몇 개 있습니까', '사과를 상자마다 센다', '확률은 서로 곱한다'],
] as const)
  test(`${script}: texts on one subject are nearer`, async () => {
    await using embedder = lexicalEmbedder()
    const [one, two, three] = (await embedder.embed([query, near, far], 'document')) as [Float32Array, Float32Array, Float32Array]
    assert.ok(cosine(one, two) > cosine(one, three) + 0.1, `${cosine(one, two)} against ${cosine(one, three)}`)
  })

test.run()
