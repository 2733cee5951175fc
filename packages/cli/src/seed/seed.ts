import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Model } from '@whetstone/core'
import { BadInput, dataRoot, deriveSeed, duration, paths, random, runTool, writeJson } from '@whetstone/core'
import { describeGguf } from '@whetstone/inference'
import type { Taken } from './seed-course.ts'
import { isSeed, nextLesson, target } from './seed-course.ts'
import { takeLesson } from './seed-lesson.ts'
import { drawQuestions, measure } from './seed-measure.ts'
import { seedSpec } from './seed-spec.ts'

/** Questions of each kind behind the card's figures: two of them differ by less than 3 points by chance alone. */
const cardQuestions = 2000

/**
 * Workers of the trainer and threads of the sampler. Fixed, since how a batch is shared out decides the last digits of its gradient, and
 * from there the weights.
 */
const threads = 2

export type SeedRequest = { seed: number; out: string; signal: AbortSignal }

/**
 * Makes the seed model of recipe tiny from random weights: lessons of freshly drawn rows, the next length as soon as the last is learned,
 * then smaller steps. What is kept is the checkpoint that has solved 2 to 4 digits and half-solves 5: a model with something left to
 * learn, and the first traces to learn it from. Choosing it by held-out accuracy is what makes the card's figures come out alike from any
 * seed; weights that carry less than that over to 5 digits taste a few rows of them.
 */
export async function makeSeed({ seed, out, signal }: SeedRequest): Promise<Model> {
  const started = performance.now()
  const folder = join(dataRoot, 'checkpoints', `seed-${seed}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const first = join(folder, 'lesson-000.gguf')
  writeJson(join(folder, 'spec.json'), seedSpec)
  const args = ['--spec', join(folder, 'spec.json'), '--seed', String(seed), '--out', first]
  await runTool({ file: paths.tool('llama-init'), args, signal })

  const next = random(deriveSeed(seed, 'lessons'))
  const taken: Taken[] = []
  let model = first
  for (let lesson = nextLesson(taken); lesson; lesson = nextLesson(taken)) {
    const learned = await takeLesson(lesson, { model, folder, next, threads, seed, signal })
    const count = (group: string) => (lesson.phase === 'climb' ? 200 : group === 'addition 5' ? 2000 : 400)
    const questions = drawQuestions(deriveSeed(seed, 'choice'), count)
    taken.push({ ...lesson, ...learned, accuracy: await measure(learned.model, questions, { folder, threads, signal }) })
    if (model !== first) rmSync(model, { force: true })
    model = learned.model
    showLesson(taken, performance.now() - started)
  }
  if (!isSeed(taken)) {
    const goal = `2 to 4 digits and half of 5 in ${taken.length} lessons`
    throw new BadInput(`Seed ${seed} did not come to solve ${goal}: take another with --seed=N`)
  }

  const accuracy = await measure(
    model,
    drawQuestions(deriveSeed(seed, 'card'), () => cardQuestions),
    { folder, threads, signal },
  )
  return publish(taken, { seed, out, folder, accuracy, seconds: (performance.now() - started) / 1000 })
}

function showLesson(taken: readonly Taken[], milliseconds: number): void {
  const last = taken.at(-1) as Taken
  const short = (group: string) => group.replace('addition ', '+').replace('operators ', '')
  const percent = Object.entries(last.accuracy).map(([group, share]) => `${short(group)} ${(share * 100).toFixed(0)}`)
  const lesson = `lesson ${String(last.number).padStart(2)} ${last.phase.padEnd(6)} ${duration(milliseconds / 1000).padStart(6)}`
  process.stderr.write(`  ${lesson}  loss ${last.loss.toFixed(3)}  right in %: ${percent.join('  ')}\n`)
}

type Made = { seed: number; out: string; folder: string; accuracy: Record<string, number>; seconds: number }

/** Puts model and card in place; the lessons' folder is removed. */
async function publish(taken: readonly Taken[], made: Made): Promise<Model> {
  mkdirSync(made.out, { recursive: true })
  const file = join(made.out, 'whetstone-tiny-f32.gguf')
  const last = taken.at(-1) as Taken
  copyFileSync(last.model, file)
  const described = await describeGguf(file, { name: 'whetstone-tiny' })
  const card: Model = {
    ...described,
    path: 'whetstone-tiny-f32.gguf',
    trainer: 'llama-train sft',
    metadata: {
      ...described.metadata,
      command: `npx nx run models:seed --seed=${made.seed}`,
      seed: made.seed,
      seconds: Math.round(made.seconds),
      rows: sum(taken, 'rows'),
      tokens: sum(taken, 'tokens'),
      taught:
        `sums of 1 to 4 digits, and operators by memory lines; ${sum(taken, 'tasted') || 'no'} rows of 5 digits, ` +
        'a taste for weights that carry too little over to them',
      chosen:
        'the first settled lesson after which 2 to 4 digits are solved ' +
        `and 5 digits within 2 points of ${target * 100}%, by validation sums`,
      accuracy: { questions: cardQuestions, split: 'validation', decoding: 'greedy', exact: made.accuracy },
      lessons: taken.map(({ phase, top: digits, steps, learningRate, loss, accuracy }) => {
        return { phase, digits, steps, learningRate, loss, accuracy }
      }),
    },
  }
  writeJson(join(made.out, 'card.json'), card)
  rmSync(made.folder, { recursive: true, force: true })
  return card
}

const sum = (taken: readonly Taken[], key: 'rows' | 'tokens' | 'tasted') => taken.reduce((total, lesson) => total + lesson[key], 0)
