import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { stripReasoning } from './strip-reasoning.ts'

const test = suite('stripReasoning')

const cases: [string, string, boolean, ReturnType<typeof stripReasoning>][] = [
  ['no block', '  42\n', false, { text: '  42\n', unclosed: false }],
  ['one block', '<think>\n6 * 7\n</think>\n\n42', false, { text: '42', reasoning: '6 * 7', unclosed: false }],
  ['space before', '\n<think>a</think>b', false, { text: 'b', reasoning: 'a', unclosed: false }],
  ['empty block, as with thinking off', '<think>\n\n</think>\n\n42', false, { text: '42', unclosed: false }],
  ['two blocks', '<think>a</think> <think>b</think> c', false, { text: 'c', reasoning: 'a\n\nb', unclosed: false }],
  ['opened by the prompt', 'a</think>b', true, { text: 'b', reasoning: 'a', unclosed: false }],
  ['opened elsewhere', 'a</think>b', false, { text: 'b', reasoning: 'a', unclosed: false }],
  ['opened by the prompt and again by the model', '<think>a</think>b', true, { text: 'b', reasoning: 'a', unclosed: false }],
  ['cut off', '<think>a so b', false, { text: '', reasoning: 'a so b', unclosed: true }],
  ['cut off, opened by the prompt', 'the answer is 42', true, { text: '', reasoning: 'the answer is 42', unclosed: true }],
  ['cut off at once', '<think>', false, { text: '', unclosed: true }],
  ['cut off in a second block', '<think>a</think><think>b', false, { text: '', reasoning: 'a\n\nb', unclosed: true }],
  [
    'a tag that is quoted later stays',
    '<think>a</think>write </think> or <think>',
    false,
    { text: 'write </think> or <think>', reasoning: 'a', unclosed: false },
  ],
  ['an opening tag inside an answer stays', 'the <think> tag', false, { text: 'the <think> tag', unclosed: false }],
  ['nothing', '', false, { text: '', unclosed: false }],
]
for (const [name, text, opened, expected] of cases) test(name, () => assert.equal(stripReasoning(text, { opened }), expected))

test.run()
