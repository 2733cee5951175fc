import { BadInput } from '@whetstone/core'
import { checkGguf } from './check-gguf.ts'
import type { GgufHeader } from './check-gguf.ts'
import { readGguf } from './read-gguf.ts'

/** Checks that a file is a LoRA adapter and fits the model's weights, tensor by tensor: one line says what does not. */
export function checkAdapter(path: string, base: string): GgufHeader {
  const header = checkGguf(path)
  if (header.kind !== 'adapter') throw new BadInput(`${path} is a model, not a LoRA adapter: give the adapter's file`)
  const weights = new Map(readGguf(base).tensors.map(({ name, dimensions }) => [name, dimensions]))
  for (const { name, dimensions } of readGguf(path).tensors) {
    const [, target = '', side] = /^(.*)\.lora_(a|b)$/.exec(name) ?? []
    const shape = weights.get(target)
    // a: [in, rank], b: [rank, out] for weights [in, out].
    const fits = side === 'a' ? shape?.[0] === dimensions[0] : shape?.[1] === dimensions[1]
    const experts = (shape?.[2] ?? 1) === (dimensions[2] ?? 1)
    if (shape === undefined || !fits || !experts)
      throw new BadInput(
        `${path} is an adapter for another model than ${base} (${name} does not fit): give the adapter that was trained on it`,
      )
  }
  return header
}
