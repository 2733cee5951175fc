import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput } from '@whetstone/core'
import type { Message } from '@whetstone/core'
import { chatRenderer } from './render-chat.ts'

const test = suite('chatRenderer')
const tokens = { bos: '<s>', eos: '</s>' }
const messages: Message[] = [
  { role: 'system', content: 'be brief' },
  { role: 'user', content: '6*7?' },
]
const noSystem =
  "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system here') }}{% endif %}[{{ m.role }}] {{ m.content }}\n{% endfor %}"
const thinking =
  '{{ messages[-1].content }}{% if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>\n\n{% else %}<think>\n{% endif %}'

test('without a template it is ChatML', () =>
  assert.equal(chatRenderer(null, tokens)(messages), {
    text: '<|im_start|>system\nbe brief<|im_end|>\n<|im_start|>user\n6*7?<|im_end|>\n<|im_start|>assistant\n',
    opened: false,
  }))
test('the template knows the special tokens', () =>
  assert.is(chatRenderer('{{ bos_token }}{{ eos_token }}', tokens)(messages).text, '<s></s>'))
test("a system message that the template refuses goes before the user's words", () =>
  assert.is(chatRenderer(noSystem, tokens)(messages).text, '[user] be brief\n\n6*7?\n'))
test('reasoning reaches the template', () => {
  const render = chatRenderer(thinking, tokens)
  assert.equal(render(messages, { enable_thinking: false }), { text: '6*7?<think>\n\n</think>\n\n', opened: false })
  assert.equal(render(messages, { enable_thinking: true }), { text: '6*7?<think>\n', opened: true })
  assert.equal(render(messages), render(messages, { enable_thinking: true }))
})
test('a template that fails is one line', () => {
  assert.throws(
    () => chatRenderer('{% for %}', tokens),
    (error: Error) => error instanceof BadInput && !error.message.includes('\n'),
  )
  assert.throws(
    () => chatRenderer("{{ raise_exception('never') }}", tokens)(messages),
    (error: Error) => error instanceof BadInput && /never/.test(error.message),
  )
})

test.run()
