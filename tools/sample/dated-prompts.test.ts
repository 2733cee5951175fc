// A chat template that asks for the day shows every backend the same prompt, on the day that the recipe names and not on today's.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { paths, templateArguments, type GenerateRequest, type Reasoning } from '@whetstone/core'
import { describeGguf } from '@whetstone/inference'
import { chatBody } from '@whetstone/inference/chat-body.ts'
import { serveModel } from '@whetstone/inference/serve-model.ts'
import { serverArguments } from '@whetstone/inference/server-arguments.ts'
import { startChatRenderer } from '@whetstone/inference/start-chat-renderer.ts'
import { fromJsonl, haveTools, llamaSource, makeModel, testFolder, toJsonl, tool } from '../rows/make-model.ts'

const test = suite('dated prompts')
const source = llamaSource()
const built = haveTools('dated prompts', ['llama-init', 'llama-sample'])
const served = existsSync(paths.tool('llama-server'))
if (!served) process.stdout.write('\nSKIP prompts of llama-server: not built: run `npx nx run tools:build --tool=llama-server`\n')
const folder = testFolder('dated')
const date = '2031-02-03'

const turns = '{% for m in messages %}|{{ m.role }}|{{ m.content }}{% endfor %}{% if add_generation_prompt %}|assistant|{% endif %}'
const bundled = [
  'Mistral-Small-3.2-24B-Instruct-2506',
  'ibm-granite-granite-3.3-2B-Instruct',
  'meta-llama-Llama-3.1-8B-Instruct',
  'meta-llama-Llama-3.2-3B-Instruct',
  'meta-llama-Llama-3.3-70B-Instruct',
  'upstage-Solar-Open-100B',
]
const templates: [string, string][] = [
  ['single quotes around double ones', `{{ strftime_now('%A "%d %B %Y"') }}${turns}`],
  ['a format of its own', `{% set f = "%Y/%m/%d" %}{% if strftime_now is defined %}{{ strftime_now(f) }}{% endif %}${turns}`],
  ['a format in parts, behind a newline', `\n{{ strftime_now( "%d" + " %b %Y") }}${turns}`],
  ["llama.cpp's two variables", `{{ date_string }}, {{ datetime }}${turns}`],
  ['the short codes', `{{ strftime_now("%-d.%-m.%y %e %j %a %F %Y") }}${turns}`],
  ...(source === null
    ? []
    : bundled.map((name): [string, string] => [name, readFileSync(join(source, `models/templates/${name}.jinja`), 'utf8')])),
]
const asked = [undefined, 'off', 'on'].flatMap((reasoning, i) =>
  [[], [{ role: 'system' as const, content: 'Be brief.' }]].map((system, j): GenerateRequest => ({
    id: String(2 * i + j),
    messages: [...system, { role: 'user', content: 'What day is it?' }],
    seed: 1,
    sampling: { temperature: 0, maxTokens: 1, ...(reasoning ? { reasoning: reasoning as Reasoning } : {}) },
  })),
)
const plain = (text: string) => text.replace(/^<s>/, '') // the token of beginning is there once, whoever writes it

async function byServer(path: string): Promise<string[]> {
  const model = { ...(await describeGguf(path)), adapter: null }
  const args = serverArguments(model, { concurrency: 1, threads: 1, context: 64, gpu: 'off', date })
  await using server = await serveModel({ binary: paths.tool('llama-server'), args: [...args, '--no-warmup'] })
  const url = `${await server.address(false, new AbortController().signal)}/apply-template`
  const texts: string[] = []
  for (const request of asked) {
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(chatBody('m', request, 'llama-server')) })
    texts.push(((await answer.json()) as { prompt: string }).prompt)
  }
  return texts
}
async function byRenderer(template: string): Promise<string[]> {
  const chat = await startChatRenderer(template, { bos: '<s>', eos: '</s>' }, date)
  try {
    return (await Promise.all(asked.map(({ messages, sampling }) => chat.render(messages, sampling)))).map(({ text }) => text)
  } finally {
    await chat.end()
  }
}

for (const [name, template] of templates)
  test(name, async () => {
    if (!built) return
    const model = makeModel(folder, 'dated', { chat_template: template })
    const rows = asked.map(({ id, messages, sampling }) => ({ id, messages, template_args: templateArguments(sampling) }))
    const { code, out, error } = tool('llama-sample', ['-m', model, '--data', '-', '--render', '--date', date], toJsonl(rows))
    assert.is(code, 0, error)
    const sampled = fromJsonl<{ prompt_text: string }>(out).map(({ prompt_text: text }) => plain(text))
    assert.ok(
      sampled.some((text) => text.includes('2031')),
      sampled[0],
    )
    for (const text of sampled) assert.not.match(text, new RegExp(String(new Date().getFullYear())))
    assert.equal((await byRenderer(template)).map(plain), sampled)
    if (served) assert.equal((await byServer(model)).map(plain), sampled)
  })
test.run()
