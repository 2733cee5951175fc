// Rows of the trainer's own format: ids win over text, forced tokens are not learned, turns and prompts are learned by choice.
import * as assert from 'uvu/assert'
import { join } from 'node:path'
import { folder, randomModel, rowsFile, toolSuite, train } from '../test-model.ts'

const { it, run } = toolSuite('rows of llama-train')

const loss = async (rows: Record<string, unknown>[], args: (string | number)[] = [], method = 'sft', spec = {}) => {
  const model = await randomModel('rows', spec)
  const lines = await train(method, model, rowsFile('own.jsonl', rows), join(folder, 'own.gguf'), ['--steps', 1, ...args])
  return lines.find((line) => 'loss' in line) as Record<string, number>
}
const near = (left: number | undefined, right: number | undefined, tolerance = 2e-6) =>
  assert.ok(Math.abs((left ?? Number.NaN) - (right ?? Number.NaN)) < tolerance, `${left} against ${right}`)
// '1' is token 4 (after <unk>, <s>, </s>, 0), </s> is 2
const digit = (n: number) => 3 + n

it('ids are what is trained, whatever text stands beside them', async () => {
  const text = await loss([{ prompt: '1+1=', completion: '2' }])
  near((await loss([{ prompt: '1+1=', completion_ids: [digit(2), 2] }])).loss, text.loss)
  near((await loss([{ prompt: '1+1=', completion: '777', completion_ids: [digit(2), 2] }])).loss, text.loss)
  const cut = await loss([{ prompt: '1+1=', completion_ids: [digit(2)] }])
  assert.ok(Math.abs((cut.loss as number) - (text.loss as number)) > 1e-3, 'what was cut off gets no end token')
})

it('a forced span is read and not learned', async () => {
  const ids = [digit(5), digit(6), digit(7), 2]
  const all = await loss([{ prompt: '9=', completion_ids: ids }])
  const [first, rest] = [
    await loss([{ prompt: '9=', completion_ids: ids, forced: [[1, 4]] }]),
    await loss([{ prompt: '9=', completion_ids: ids, forced: [[0, 1]] }]),
  ]
  near(((first.loss as number) + 3 * (rest.loss as number)) / 4, all.loss)
  near((await loss([{ prompt: '9=5', completion_ids: ids.slice(1) }])).loss, rest.loss)
})

it('a pair by ids, and equal answers, which have no gradient', async () => {
  const pair = { prompt: '1+1=', chosen: '2', rejected: '11' }
  const ids = { prompt: '1+1=', chosen_ids: [digit(2), 2], rejected_ids: [digit(1), digit(1), 2] }
  near((await loss([pair], [], 'dpo')).grad_norm, (await loss([ids], [], 'dpo')).grad_norm, 1e-5)
  const equal = await loss([{ prompt: '1+1=', chosen: '2', rejected: '2' }], [], 'dpo')
  near(equal.loss, Math.log(2))
  assert.is(equal.grad_norm, 0)
  const nll = await loss([{ prompt: '1+1=', chosen: '2', rejected: '2' }], ['--nll-weight', 1], 'dpo')
  near(nll.grad_norm, (await loss([{ prompt: '1+1=', completion: '2' }])).grad_norm, 1e-5)
})

it('the last assistant turn or all of them, each after what serving shows', async () => {
  const messages = ['1', '2', '3', '4'].map((content, i) => ({ role: i % 2 ? 'assistant' : 'user', content }))
  const turns = [{ messages: messages.slice(0, 2) }, { messages }]
  const last = await loss([{ messages }])
  const [one, two] = [await loss([turns[0] as object as Record<string, unknown>]), last]
  near((await loss([{ messages }], ['--train-on', 'all'])).loss, ((one.loss as number) + (two.loss as number)) / 2)
  near((await loss([{ messages }], ['--train-on', 'last'])).loss, last.loss)
})

it('the prompt is learned by choice', async () => {
  const row = { prompt: '1+1=', completion: '2' }
  const answer = await loss([row])
  const everything = await loss([row], ['--prompt-weight', 1])
  const whole = await loss([{ prompt: '', completion: '1+1=2' }])
  near(everything.loss, whole.loss) // the same text, all of it learned
  const half = await loss([row], ['--prompt-weight', 0.5])
  // 4 tokens of the prompt, 2 of the answer
  const prompt = ((everything.loss as number) * 6 - (answer.loss as number) * 2) / 4
  near(half.loss, ((answer.loss as number) * 2 + prompt * 4 * 0.5) / 4)
})
it("a template that asks for today's date is told the day that sampling was told", async () => {
  const dated = { chat_template: '{{ strftime_now("%d+%m+%Y") }}={% for m in messages %}{{ m.content }}={% endfor %}' }
  const asked = [
    {
      messages: [
        { role: 'user', content: '1' },
        { role: 'assistant', content: '2' },
      ],
    },
  ]
  const told = await loss(asked, ['--date', '2026-03-04'], 'sft', dated)
  near(told.loss, (await loss([{ prompt: '04+03+2026=1=', completion_ids: [digit(2), 2] }], [], 'sft', dated)).loss)
  assert.ok(Math.abs((told.loss ?? 0) - ((await loss(asked, ['--date', '1999-12-31'], 'sft', dated)).loss ?? 0)) > 1e-4)
})
run()
