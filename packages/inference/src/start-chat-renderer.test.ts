import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput } from '@whetstone/core'
import { startChatRenderer } from './start-chat-renderer.ts'

const test = suite('startChatRenderer')
const tokens = { bos: '<s>', eos: '</s>' }
const messages = [{ role: 'user' as const, content: 'How much is 6*7?' }]

test('renders in its own process, in turn', async () => {
  const chat = await startChatRenderer('{{ bos_token }}{{ messages[0].content }}{{ enable_thinking }}', tokens)
  const said = await Promise.all([chat.render(messages), chat.render(messages, { reasoning: 'off' })])
  assert.equal(
    said.map(({ text }) => text),
    ['<s>How much is 6*7?true', '<s>How much is 6*7?false'],
  )
  await chat.end()
})

for (const [name, template] of [
  ['loops', '{% for i in range(1000000000) %}{% endfor %}'],
  ['loops in loops', '{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}'],
  ['recurses', '{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}'],
  [
    'doubles a text',
    '{% set ns = namespace(x="x") %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x | length }}{{ ns.x }}',
  ],
  ['doubles a list', '{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = ns.l + ns.l %}{% endfor %}{{ ns.l|length }}'],
  ['nests', `{{ ${'('.repeat(20_000)}1${')'.repeat(20_000)} }}`],
  ['is no Jinja', '{% for %}'],
] as const)
  test(`a template that ${name} ends as an error`, async () => {
    const failed = await startChatRenderer(template, tokens)
      .then((chat) => chat.render(messages).finally(() => chat.end()))
      .catch((error: unknown) => error)
    assert.instance(failed, BadInput)
    assert.match((failed as Error).message, /chat template/)
    assert.not.match((failed as Error).message, /\n/)
  })

test.run()
