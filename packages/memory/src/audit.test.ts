import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { audit } from './audit.ts'
import { lexicalEmbedder } from '@whetstone/similarity'

const test = suite('audit')
const question =
  'Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May. How many clips did Natalia sell altogether in April and May?'
const tasks = [
  { id: 'gsm8k-1', prompt: question },
  { id: 'operators-1', prompt: '4kx3=' },
]

test('finds what was learned from a test question, by every rule', async () => {
  const items = [
    { id: 'source', text: 'Halve, then add.', sourceTask: 'gsm8k-1' },
    {
      id: 'quote',
      text: 'Someone asked: she sold half as many clips in May. How many clips did Natalia sell altogether? Answer that by halving first and adding the rest afterwards.',
    },
    {
      id: 'copy',
      text: 'How many clips did Natalia sell altogether in May and April, and half as many clips she sold then in May to 48 of her friends in April? Natalia sold clips.',
    },
    { id: 'row', text: 'kx=a;\n4kx3=\n7' },
    { id: 'strategy', text: 'When half as many are sold the second time, halve the first number and add both.' },
    { id: 'line', text: 'kx\nkx=a;' },
    { id: 'other row', text: '3kx4=\n7' },
  ]
  const leaks = await audit(items, tasks, lexicalEmbedder())
  assert.equal(
    leaks.map(({ item, task, rule }) => [item, task, rule]),
    [
      ['source', 'gsm8k-1', 'source'],
      ['quote', 'gsm8k-1', '13-gram'],
      ['row', 'operators-1', '13-gram'],
      ['copy', 'gsm8k-1', 'embedding'],
    ],
  )
})

test('nothing to compare is no leak', async () => {
  assert.equal(await audit([], tasks, lexicalEmbedder()), [])
  assert.equal(await audit([{ id: 'a', text: question }], [], null), [])
})

test.run()
