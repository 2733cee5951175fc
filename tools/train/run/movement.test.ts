// Every kind of weight moves when it is trained. (llama-finetune leaves attn_k, attn_v and token_embd where they were.)
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { readGgufFileInfo } from 'node-llama-cpp'
import * as assert from 'uvu/assert'
import { folder, randomModel, rowsFile, toolSuite, train } from '../test-model.ts'

const { it, run } = toolSuite('movement')

/** The F32 tensors of a GGUF. */
async function readTensors(path: string): Promise<Map<string, Float32Array>> {
  const info = await readGgufFileInfo(path, { readTensorInfo: true })
  await using file = await open(path)
  const tensors = new Map<string, Float32Array>()
  for (const { name, dimensions, fileOffset } of info.fullTensorInfo ?? []) {
    const values = new Float32Array(dimensions.reduce((product: number, n) => product * Number(n), 1))
    await file.read(new Uint8Array(values.buffer), 0, values.byteLength, Number(fileOffset))
    tensors.set(name, values)
  }
  return tensors
}

for (const architecture of ['llama', 'qwen2', 'qwen3']) {
  it(`${architecture}: every tensor moves`, async () => {
    const model = await randomModel(`move-${architecture}`, { architecture })
    const out = join(folder, `moved-${architecture}.gguf`)
    const rows = rowsFile('move.jsonl', [
      { prompt: '12+34=', completion: '46' },
      { prompt: 'abc', completion: 'cba' },
    ])
    await train('sft', model, rows, out, ['--steps', 3, '--batch', 2, '--lr', 0.01])
    const [before, after] = [await readTensors(model), await readTensors(out)]
    assert.equal([...after.keys()], [...before.keys()])
    for (const kind of ['attn_q', 'attn_k', 'attn_v', 'token_embd']) assert.ok([...before.keys()].some((name) => name.includes(kind)))
    for (const [name, values] of before) {
      const moved = values.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (after.get(name)?.[i] ?? Number.NaN))), 0)
      assert.ok(moved > 1e-4 && moved < 1, `${name} moved by ${moved}`)
    }
  })
}
run()
