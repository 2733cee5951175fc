import { copyFileSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Model, Random } from '@whetstone/core'
import { appendRows, BadInput, dataRoot, deriveSeed, duration, paths, random, readRows, runTool, writeJson } from '@whetstone/core'
import { describeGguf } from '@whetstone/inference'
import { average } from '@whetstone/training'
import { z } from 'zod'
import { trainRows } from '@whetstone/studies/self-train/train-rows.ts'
import type { SeedRequest } from '../seed.ts'
import type { ChainsLesson, ChainsTaken } from './chains-course.ts'
import { chainsGoals, isWorthMixing, missed, mixtures, nextChainsLesson } from './chains-course.ts'
import type { ChainsRow } from './chains-rows.ts'
import { drawChainsRows, rowMessages } from './chains-rows.ts'
import { chainsSpec } from './chains-spec.ts'
import type { ChainsAccuracies } from './measure-chains.ts'
import { measureChains, measureOwnErrors } from './measure-chains.ts'

/** Questions of each kind behind the card's figures, and behind the choice of the next lesson. */
const [cardQuestions, choiceQuestions] = [500, 150]
/** Fixed, since how a batch is shared out decides the last digits of its gradient, and from there the weights. */
const threads = 2
const batch = 32

/**
 * Makes models/chains from random weights: chains of few operations, then everything that it is asked at once, at last in smaller steps.
 * It ends with the first lesson after which all goals are met, by questions of the validation split, or with a mean of the weights before and after
 * a lesson where five operations alone stand in the way.
 */
export async function makeChains({ seed, out, signal }: SeedRequest): Promise<Model> {
  const started = performance.now()
  const folder = join(dataRoot, 'checkpoints', `seed-chains-${seed}`)
  mkdirSync(folder, { recursive: true })
  const [spec, first] = [join(folder, 'spec.json'), join(folder, 'lesson-0.gguf')]
  writeJson(spec, chainsSpec)
  const ledger = join(folder, 'taken.jsonl')
  const taken = (await Array.fromAsync(readRows(ledger, Taken, { optional: true }))) as unknown as ChainsTaken[]
  const next = random(deriveSeed(seed, 'lessons'))
  // A course that was stopped goes on: what was taught before is drawn again, so that the next rows are the same.
  if (nextChainsLesson(taken)) for (const [i] of taken.entries()) drawLesson(next, taken.slice(0, i))
  if (taken.length === 0)
    await runTool({ file: paths.tool('llama-init'), args: ['--spec', spec, '--seed', String(seed), '--out', first], signal })
  let model = await describeGguf(taken.length === 0 ? first : join(folder, `lesson-${taken.length}.gguf`), { name: 'whetstone-chains' })
  for (let lesson = nextChainsLesson(taken); lesson; lesson = nextChainsLesson(taken)) {
    const { number, phase, rows: count, learningRate, shares } = lesson
    const rows = drawLesson(next, taken).map((row) => ({ messages: rowMessages(row) }))
    const stage = { method: 'sft' as const, rows, learningRate, batch, warmup: 20 }
    const learned = await trainRows({ folder, threads, signal, seed }, `lesson-${number}`, model, stage)
    const before = model
    model = learned.model
    const asked = { seed: deriveSeed(seed, 'choice'), each: phase === 'steps' ? 20 : choiceQuestions, threads, signal }
    const own = await measureChains(model, asked)
    const better = isWorthMixing(own) ? await mix(before, model, asked) : null
    const { accuracy, mixed } = better ?? { accuracy: own, mixed: undefined }
    const levels = shares.find(({ mode }) => mode === 'direct')!.levels
    const entry: ChainsTaken = {
      number,
      phase,
      rows: count,
      learningRate,
      levels,
      loss: learned.loss,
      seconds: learned.seconds,
      accuracy,
      mixed,
    }
    appendRows(ledger, [entry])
    taken.push(entry)
    rmSync(before.path as string)
    showLesson(taken.at(-1)!, (performance.now() - started) / 1000)
  }
  const left = missed(taken.at(-1)?.accuracy ?? {})
  if (left.length > 0)
    throw new BadInput(`Seed ${seed} did not come to the goals in ${taken.length} lessons (${left.join(', ')}): take another with --seed=N`)
  const card = { seed: deriveSeed(seed, 'card'), each: cardQuestions, threads, signal }
  const [accuracy, ownErrors] = [await measureChains(model, card), await measureOwnErrors(model, card)]
  return publish(model, taken, { seed, out, folder, accuracy, ownErrors })
}

/** The first mean of the weights before a lesson and after it that meets all goals; it takes the place of those after it. Null when none does. */
async function mix(before: Model, after: Model, asked: Parameters<typeof measureChains>[1]) {
  const out = (after.path as string).replace(/\.gguf$/, '-mixed.gguf')
  for (const mixed of mixtures) {
    const mean = await average([before, after], { out, shares: [mixed, 1 - mixed], signal: asked.signal })
    const accuracy = await measureChains(mean, asked)
    if (missed(accuracy).length > 0) continue
    renameSync(out, after.path as string)
    return { accuracy, mixed }
  }
  rmSync(out, { force: true })
  return null
}

const Taken = z.object({
  number: z.number(),
  phase: z.string(),
  rows: z.number(),
  learningRate: z.number(),
  levels: z.record(z.string(), z.number()),
  loss: z.number(),
  seconds: z.number(),
  accuracy: z.record(z.string(), z.number()),
  mixed: z.number().optional(),
})

/** The rows of the lesson that follows on those taken. */
function drawLesson(next: Random, taken: readonly ChainsTaken[]): ChainsRow[] {
  const { rows, shares } = nextChainsLesson(taken) as ChainsLesson
  return drawChainsRows(next, rows, shares)
}

function showLesson({ number, phase, loss, accuracy, mixed }: ChainsTaken, seconds: number): void {
  const percent = Object.entries(accuracy).map(([group, share]) => `${group.replace('direct ', '')} ${(share * 100).toFixed(0)}`)
  process.stderr.write(
    `  lesson ${String(number).padStart(2)} ${phase.padEnd(5)} ${duration(seconds).padStart(6)}  loss ${loss.toFixed(3)}${mixed === undefined ? '' : `  ${mixed} of the weights before`}  right in %: ${percent.join('  ')}\n`,
  )
}

type Made = { seed: number; out: string; folder: string; accuracy: ChainsAccuracies; ownErrors: object }

/** Puts model and card in place; the lessons' folder is removed. */
async function publish(made: Model, taken: readonly ChainsTaken[], { seed, out, folder, accuracy, ownErrors }: Made): Promise<Model> {
  mkdirSync(out, { recursive: true })
  const name = 'whetstone-chains-f32.gguf'
  copyFileSync(made.path as string, join(out, name))
  const described = await describeGguf(join(out, name), { name: 'whetstone-chains' })
  const card: Model = {
    ...described,
    path: name,
    trainer: 'llama-train sft',
    metadata: {
      ...described.metadata,
      command: `npx nx run models:seed --model=chains --seed=${seed}`,
      seed,
      // Of training alone, over all sittings.
      seconds: Math.round(taken.reduce((sum, each) => sum + each.seconds, 0)),
      rows: taken.reduce((sum, { rows }) => sum + rows, 0),
      taught:
        'chains of 1 to 4 operations, keys by memory lines or by a critic who tells what they stand for, hints, revisions and critiques (also of 5 operations), verdicts on a step, first steps and summaries of up to 14 operations',
      chosen: `the first lesson, or mean of the weights before and after one, with which all goals are met by ${choiceQuestions} validation questions each`,
      goals: chainsGoals,
      accuracy: { questions: cardQuestions, split: 'validation', decoding: 'greedy', exact: accuracy },
      ownErrors,
      lessons: taken,
    },
  }
  writeJson(join(out, 'card.json'), card)
  rmSync(folder, { recursive: true, force: true })
  return card
}
