import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '@whetstone/core'
import { deriveSeed, paths, runTool, writeAtomic } from '@whetstone/core'
import { z } from 'zod'
import type { Lesson } from './seed-course.ts'
import { drawRows } from './seed-rows.ts'

/** Small batches: a row taught twice as much as in batches of 128. */
const rowsPerStep = 32

const Closing = z.object({ done: z.literal(true), final_loss: z.number() })

type LessonOptions = { model: string; folder: string; next: Random; threads: number; seed: number; signal: AbortSignal }

/** Trains on freshly drawn rows, each seen once; what a lesson leaves is the average of its last weights. */
export async function takeLesson(lesson: Lesson, options: LessonOptions) {
  const { model, folder, next, threads, seed, signal } = options
  const file = (name: string) => join(folder, `lesson-${String(lesson.number).padStart(3, '0')}${name}`)
  const rows = drawRows(next, rowsPerStep * lesson.steps, lesson)
  writeAtomic(file('.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  await runTool({
    file: paths.tool('llama-train'),
    args: [
      'sft',
      '-m',
      model,
      '--data',
      file('.jsonl'),
      '--out',
      file('.gguf'),
      '--metrics',
      file('.metrics'),
      '--epochs',
      '1',
      '--batch',
      String(rowsPerStep),
      '--lr',
      String(lesson.learningRate),
      '--schedule',
      'constant',
      '--warmup',
      '20',
      '--weight-decay',
      '0.01',
      '--ema',
      lesson.steps > 250 ? '0.995' : '0.99',
      '--workers',
      String(threads),
      '--seed',
      String(deriveSeed(seed, 'lesson', lesson.number)),
      '--progress',
      'none',
    ],
    signal,
    logFile: join(folder, 'train.log'),
  })
  const closing = Closing.parse(JSON.parse(readFileSync(file('.metrics'), 'utf8').trim().split('\n').at(-1) ?? ''))
  for (const name of ['.jsonl', '.metrics']) rmSync(file(name), { force: true })
  const tokens = rows.reduce((sum, { prompt, completion }) => sum + prompt.length + completion.length + 1, 0)
  const tasted = rows.filter(({ prompt }) => /^\d{5}\+/.test(prompt)).length
  return { model: file('.gguf'), rows: rows.length, tasted, tokens, loss: closing.final_loss }
}
