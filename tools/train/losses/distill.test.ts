// Distillation: the model learns, without a hint, what it says with one.
import * as assert from 'uvu/assert'
import { join } from 'node:path'
import { folder, randomModel, rowsFile, toolSuite, train } from '../test-model.ts'

const { it, run } = toolSuite('distill')

const prompts = ['1=', '2=', '3=', 'a=', 'b=', 'c=']
const rows = prompts.map((prompt, i) => ({ prompt, teacher_prompt: `${'+'.repeat(1 + (i % 3))}${prompt}`, completion: `${i}${i + 1}` }))
const settings = ['--steps', 60, '--lr', 0.01, '--schedule', 'constant']
const divergences = (lines: Record<string, unknown>[]) =>
  lines.filter((line) => 'divergence' in line).map((line) => Number(line['divergence']))

it('the divergence from the teacher falls to nothing, and is nothing where both read the same', async () => {
  const model = await randomModel('distill')
  const found = divergences(await train('distill', model, rowsFile('distill.jsonl', rows), join(folder, 'student.gguf'), settings))
  assert.ok((found[0] as number) > 0.002 && (found.at(-1) as number) < 0.02 * (found[0] as number), `${found[0]} to ${found.at(-1)}`)
  const same = rows.map((row) => ({ ...row, teacher_prompt: row.prompt }))
  const none = divergences(await train('distill', model, rowsFile('same.jsonl', same), join(folder, 'same.gguf'), settings))
  assert.ok((none[0] as number) < 1e-6, `${none[0]}`)
})

it('another model as teacher', async () => {
  const model = await randomModel('distill')
  const teacher = join(folder, 'teacher.gguf')
  await train('sft', model, rowsFile('distill.jsonl', rows), teacher, settings)
  const plain = rows.map(({ prompt, completion }) => ({ prompt, completion }))
  const args = [...settings, '--steps', 100, '--ref-model', teacher]
  const lines = await train('distill', model, rowsFile('plain.jsonl', plain), join(folder, 'taught.gguf'), args)
  const found = divergences(lines)
  assert.ok((found[0] as number) > 1 && (found.at(-1) as number) < 0.05, `${found[0]} to ${found.at(-1)}`)
  assert.is(lines.findLast((line) => 'exact' in line)?.['exact'], 1)
})
run()
