import { join } from 'node:path'
import { runTool } from '@whetstone/core'
import type { BenchResult } from './bench-result.ts'

/** Processor and wall seconds, peak memory in MiB, texts found alike that are not, and the share of paraphrases found by how far they are from what they say again. */
export type TextFigures = { seconds: number; wall: number; resident: number; alarms: number; recall: { kind: string; found: number }[] }

/** What 2,000,000 texts may take: ten minutes, and 2 GB. */
const bounds = { texts: 2_000_000, seconds: 600, memory: 2048 }

/** Near-duplicates among made questions in a process of their own: time and memory against their bounds, recall of paraphrases, false alarms. */
export async function benchDuplicates(texts: number, signal: AbortSignal): Promise<BenchResult[]> {
  const said = await runTool({
    file: process.execPath,
    args: [join(import.meta.dirname, 'work-on-texts.ts'), String(texts)],
    env: { WHETSTONE_PROGRESS: 'none' },
    signal,
  })
  const { seconds, resident, alarms, recall } = JSON.parse(said.trim().split('\n').at(-1) ?? '') as TextFigures
  const model = `${texts.toLocaleString('en')} questions`
  const most = (bounds.seconds * texts) / bounds.texts
  return [
    { name: 'near-duplicates: time', model, ours: seconds, peer: most, unit: 'CPU s (peer: the bound)', ratio: most / seconds, target: 1 },
    {
      name: 'near-duplicates: peak memory',
      model,
      ours: resident,
      peer: bounds.memory,
      unit: 'MiB (peer: the bound)',
      ratio: bounds.memory / resident,
      target: 1,
    },
    {
      name: 'near-duplicates: false alarms',
      model,
      ours: alarms,
      peer: 0,
      unit: 'texts (peer: none)',
      ratio: alarms === 0 ? 1 : 0,
      target: 1,
    },
    ...recall.map(({ kind, found }) => ({
      name: `paraphrases found: ${kind} changed`,
      model,
      ours: found,
      peer: 1,
      unit: 'share',
      ratio: found,
    })),
  ]
}
