import { existsSync, readFileSync } from 'node:fs'
import { BadInput, type Message, parseRow, parseRecord, readRows } from '@whetstone/core'
import { z } from 'zod'

/**
 * One sample whose likelihood is followed over checkpoints. The prompt is instruction and input, a line feed between them where both are
 * there (as LLaMA-Factory joins the alpaca members).
 */
export const PoolItem = z.object({
  instruction: z.string(),
  input: z.string().default(''),
  output: z.string().min(1),
  /** What kind of sample it is, e.g. `student`, `paraphrase`, `reference`: results are averaged by type. */
  type: z.string().min(1),
  /** The system message, where there is one. */
  system: z.string().optional(),
})
export type PoolItem = z.infer<typeof PoolItem>

/** Reads a pool: JSON lines, or one JSON array. An empty pool is refused. */
export async function readPool(file: string): Promise<PoolItem[]> {
  if (!existsSync(file))
    throw new BadInput(`${file} not found: give a pool of {instruction, input, output, type}, as JSON lines or as one array`)
  const whole = /^\s*\[/.test(readFileSync(file, 'utf8').slice(0, 1000))
  const items = whole ? readArray(file) : await Array.fromAsync(readRows(file, PoolItem, { wholeFile: true }))
  if (items.length === 0) throw new BadInput(`${file} holds no samples: give at least one {instruction, input, output, type}`)
  return items
}

function readArray(file: string): PoolItem[] {
  const values = parseRow(readFileSync(file, 'utf8'), z.array(z.unknown()), file)
  return values.map((value, index) => parseRecord(value, PoolItem, `${file}: item ${index + 1}`))
}

/** The sample as a chat, the output last. */
export function poolMessages({ system, instruction, input, output }: PoolItem): Message[] {
  const prompt = [instruction, input].filter((part) => part !== '').join('\n')
  return [
    ...(system ? [{ role: 'system' as const, content: system }] : []),
    { role: 'user', content: prompt },
    { role: 'assistant', content: output },
  ]
}
