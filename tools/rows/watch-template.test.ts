// A model's chat template is data: one that loops, recurses or hoards ends as one line that names the model, soon and without a signal.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { paths } from '@whetstone/core'
import { serveModel } from '@whetstone/inference/serve-model.ts'
import { haveTools, makeModel, testFolder, tool } from './make-model.ts'

const test = suite('hostile chat templates')
const folder = testFolder('hostile-templates')
const row = '{"id":"a","messages":[{"role":"user","content":"hi"}],"max_tokens":2}\n'

const byMessage = 'by-message'
const templates: [name: string, template: string, says: RegExp][] = [
  [
    'loops-in-loops',
    '{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}',
    /does not come to an end within a second|more than a gigabyte/,
  ],
  ['huge-range', '{{ range(10000000000)|list|length }}', /more than a gigabyte|does not come to an end/],
  [
    'doubling',
    '{% set ns = namespace(x="x") %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}',
    /more than a gigabyte|does not come to an end/,
  ],
  ['recursion', '{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}', /nests too deeply/],
  ['depth', `{{ ${'('.repeat(20_000)}1${')'.repeat(20_000)} }}`, /nests too deeply/],
  ['long', 'x'.repeat(3_000_000), /"tokenizer\.chat_template" has 3000000 bytes/],
  ['writes-much', `{% for i in range(3000) %}${'x'.repeat(1000)}{% endfor %}`, /makes 3000000 bytes of \d+|does not come to an end/],
  // Harmless where the tools try it out, and not where a row is rendered.
  [
    byMessage,
    '{% if messages[0].content == "hi" %}{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}{% endif %}x',
    /does not come to an end|more than a gigabyte/,
  ],
]
if (haveTools('hostile chat templates', ['llama-init', 'llama-sample']))
  for (const [name, template, says] of templates)
    test(name, () => {
      const model = makeModel(folder, name, { chat_template: template })
      const { code, error } = tool('llama-sample', ['-m', model, '--data', '-', '-t', '1'], row)
      assert.is(code, 1, error)
      assert.match(error, says)
      assert.match(error, new RegExp(`^llama-sample: .*${name}\\.gguf\\b[^\\n]* chat.template [^\\n]+\\n$`, 'm'))
    })
if (haveTools('hostile chat templates in llama-server', ['llama-init', 'llama-server']))
  for (const [name, template, says] of templates) {
    if (name === 'writes-much') continue // it says itself that a prompt is too long
    test(`llama-server: ${name}`, async () => {
      const model = makeModel(folder, `served-${name}`, { chat_template: template })
      const starts = serveModel({ binary: paths.tool('llama-server'), args: ['-m', model, '-c', '512', '-np', '1', '-t', '1', '--jinja'] })
      const failed = await (
        name === byMessage ? askUntilItFails(starts, '{"messages":[{"role":"user","content":"hi"}]}') : starts.then(stop)
      ).then(
        () => undefined,
        (error: unknown) => error,
      )
      assert.instance(failed, Error)
      assert.match((failed as Error).message, says)
      assert.match((failed as Error).message, new RegExp(`llama-server: .*served-${name}\\.gguf\\b.* chat.template `))
    })
  }

const stop = (server: AsyncDisposable) => server[Symbol.asyncDispose]()
/** Asks a server anew each time that it dies of the question, until it is given up. */
async function askUntilItFails(starts: ReturnType<typeof serveModel>, body: string): Promise<void> {
  await using server = await starts
  for (let suspect = false; ; suspect = true) {
    const url = await server.address(suspect, AbortSignal.timeout(60_000))
    const answered = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body }).then(
      () => true,
      () => false,
    )
    if (answered) return
  }
}

test.run()
