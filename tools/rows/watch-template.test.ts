// A model's chat template is data: one that loops, recurses or hoards ends as one line that names the model, soon and without a signal.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { haveTools, makeModel, testFolder, tool } from './make-model.ts'

const test = suite('hostile chat templates')
const folder = testFolder('hostile-templates')
const row = '{"id":"a","messages":[{"role":"user","content":"hi"}],"max_tokens":2}\n'

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
  // Harmless where the tools try it out, and not where a row is rendered.
  [
    'by-message',
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
      assert.match(error, new RegExp(`^llama-sample: .*${name}\\.gguf: its chat template [^\\n]+\\n$`, 'm'))
    })

test.run()
