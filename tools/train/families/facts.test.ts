// What is trained is what is served, family by family: new facts are learned by an adapter and by all weights, and answered by llama-sample and llama-server, also after merging and in Q8_0.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { paths } from '@whetstone/core'
import { describeGguf } from '@whetstone/inference'
import { serveModel } from '@whetstone/inference/serve-model.ts'
import { serverArguments } from '@whetstone/inference/server-arguments.ts'
import { folder, randomModel, rowsFile, tool, toolSuite, train } from '../test-model.ts'
import { families, specOf } from './family-table.ts'

const { it, run } = toolSuite('facts of families', ['llama-train', 'llama-init', 'llama-sample', 'llama-export-lora', 'llama-quantize'])

const letters = [...'abcdefgh']
const digits = [...'0123456789']
// 24 keys, each with a value that nothing in it tells
const facts = Array.from({ length: 24 }, (_, i) => ({
  question: `${letters[i % 8]}${letters[(i * 3 + (i >> 3)) % 8]}${digits[(i * 7) % 10]}`,
  answer: `${digits[(i * 3 + 1) % 10]}${letters[(i * 5 + 2) % 8]}${digits[(i * 11 + (i >> 2)) % 10]}`,
}))
const rows = () =>
  rowsFile(
    'facts.jsonl',
    facts.map(({ question, answer }) => ({
      messages: [
        { role: 'user', content: question },
        { role: 'assistant', content: answer },
      ],
    })),
  )

async function answered(model: string, args: string[] = []): Promise<number> {
  const prompts = rowsFile(
    'questions.jsonl',
    facts.map(({ question }) => ({ id: question, messages: [{ role: 'user', content: question }] })),
  )
  const out = join(folder, 'answers.jsonl')
  const settings = ['-t', 1, '-np', 8, '--max-tokens', 8, '--temp', 0, '--progress', 'none', ...args]
  const result = await tool('llama-sample', ['-m', model, '--data', prompts, '--out', out, ...settings])
  assert.is(result.exitCode, 0, result.stderr)
  const texts = new Map(
    readFileSync(out, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; text: string })
      .map(({ id, text }) => [id, text]),
  )
  return facts.filter(({ question, answer }) => texts.get(question) === answer).length
}

const served = existsSync(paths.tool('llama-server'))
if (!served) process.stdout.write('\nSKIP facts through llama-server: not built: run `npx nx run tools:build --tool=llama-server`\n')
/** The same questions as other programs ask them, of llama-server through the model's chat template. */
async function answeredByServer(model: string, adapter: string | null, serving = 64): Promise<number> {
  const described = { ...(await describeGguf(model)), adapter }
  const args = serverArguments(described, { concurrency: 4, threads: 1, context: serving, gpu: 'off' })
  await using server = await serveModel({ binary: paths.tool('llama-server'), args: [...args, '--no-warmup'] })
  const url = `${await server.address(false, new AbortController().signal)}/v1/chat/completions`
  const asked = facts.map(async ({ question, answer }) => {
    const body = JSON.stringify({ messages: [{ role: 'user', content: question }], temperature: 0, max_tokens: 8 })
    const { choices } = (await (await fetch(url, { method: 'POST', body })).json()) as { choices: { message: { content: string } }[] }
    return choices[0]?.message.content === answer
  })
  return (await Promise.all(asked)).filter(Boolean).length
}
async function ran(name: string, args: (string | number)[]) {
  const { exitCode, stderr } = await tool(name, args)
  assert.is(exitCode, 0, stderr)
}

it('the facts are 24', async () => assert.is(new Set(facts.map(({ question }) => question)).size, 24))

const first = families.filter(({ spec }, i) => families.findIndex((other) => other.spec['architecture'] === spec['architecture']) === i)
for (const row of first) {
  it(row.name, async () => {
    const spec = specOf(row)
    // a head that a frozen base can be sure with; gemma2's is its embedding, which must not drive the cap on logits to its end
    const model = await randomModel('facts', {
      ...spec,
      block_count: Math.min(4, Number(spec['block_count'] ?? 2)),
      init: { embedding: row.name === 'gemma2' ? 0.2 : 1, head: 1 },
    })
    const settings = ['--batch', 24, '--steps', 150, '--lr', 0.01, '--schedule', 'linear', '--warmup', 5]
    const place = (name: string) => join(folder, `facts-${name}.gguf`)
    const serving = row.serving ? ['--serving-context', row.serving] : []
    const learn = async (name: string, args: (string | number)[]) =>
      (await train('sft', model, rows(), place(name), [...settings, ...serving, ...args])).findLast((line) => 'exact' in line)?.['exact']
    const scores = {
      trained: await learn('adapter', ['--lora-rank', 16]),
      adapter: await answered(model, ['--lora', place('adapter')]),
      merged:
        (await ran('llama-export-lora', ['-m', model, '--lora', place('adapter'), '-o', place('merged'), '-t', 1]),
        await answered(place('merged'))),
      mergedInQ8: (await ran('llama-quantize', [place('merged'), place('q8'), 'Q8_0', 1]), await answered(place('q8'))),
      full: (await learn('full', ['--lr', 0.003]), await answered(place('full'))),
      before: await answered(model),
      server: served ? await answeredByServer(model, place('adapter'), row.serving) : 24,
      serverInQ8: served ? await answeredByServer(place('q8'), null, row.serving) : 24,
    }
    for (const how of ['adapter', 'merged', 'mergedInQ8', 'full', 'server', 'serverInQ8'] as const)
      assert.ok(scores[how] >= 22, JSON.stringify(scores))
    assert.ok(scores.before <= 2, JSON.stringify(scores))
  })
}
run()
