import { existsSync, readFileSync } from 'node:fs'
import { random, shuffle } from '@whetstone/core'
import { lastBoxes } from '../maths/last-boxes.ts'
import { drawPair, pairKinds } from './pairs.ts'

/**
 * Gold answers of MATH where the data lies beside the repository, else (or where `own` ones are wanted) generated ones of every kind; in an order that the seed
 * gives.
 */
export function sampleGolds(count: number, seed: number, own = false): string[] {
  const file = new URL('../../../../../../shared/data/math_test.jsonl', import.meta.url)
  const draw = random(seed)
  if (own || !existsSync(file))
    return Array.from({ length: count }, (_, i) => drawPair(pairKinds[i % pairKinds.length] as string, draw).gold)
  const rows = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { solution: string })
  return shuffle(
    rows.map(({ solution }) => lastBoxes(solution)?.content ?? '').filter((gold) => gold !== ''),
    draw,
  ).slice(0, count)
}
