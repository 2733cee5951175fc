import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Model, readJson, toRepository } from '@whetstone/core'
import { mayHoldBank, openBank } from '@whetstone/memory'
import { bankTag, bytesOf, Incumbent, lockRemoval, lockRun, readIncumbent, roundFiles, roundNumbers, runFiles } from '@whetstone/runs'

export type Garbage = {
  /** Files that nothing needs any more, and why. */
  files: { path: string; bytes: number; why: string }[]
  /** Tags of the bank, whose versions go with them as far as no other tag shares them. */
  tags: string[]
  bytes: number
}

/** Weights, and what only training needed. */
const disposable = /\.(gguf|index|tmp|part)$/

/**
 * What of a run may go so that it can still be gone back to its last `keep` rounds: weights that neither the incumbent, nor a best model of a level, nor any
 * of those rounds serves, and the bank's versions of older rounds. Cards, traces, rows, decisions and reports stay: a walk from a row to the
 * verdict needs them. The open round is left alone.
 */
export function findGarbage(run: string, keep: number): Garbage {
  const incumbent = readIncumbent(run)
  if (!incumbent) return { files: [], tags: [], bytes: 0 }
  const old = roundNumbers(run).filter((round) => round <= incumbent.round - keep)
  const states = [
    incumbent,
    ...roundNumbers(run)
      .concat(0)
      .filter((round) => round >= incumbent.round - keep)
      .flatMap((round) => servedAfter(run, round)),
  ]
  const needed = new Set(states.flatMap(({ model, best }) => [...filesOf(model), ...best.flatMap((each) => filesOf(each.model))]))
  const files: Garbage['files'] = []
  for (const round of old) {
    const { checkpoint, dataset } = roundFiles(run, round)
    const weights = listed(checkpoint).filter((path) => disposable.test(path) && !needed.has(path))
    // Moments are read beside the weights that training goes on from.
    const goesOn = listed(checkpoint).some((path) => needed.has(path))
    for (const path of weights)
      if (!goesOn || !path.endsWith('moments.gguf')) files.push({ path, bytes: bytesOf(path), why: `round ${round}: nothing serves it` })
    for (const path of listed(dataset).filter((name) => disposable.test(name)))
      files.push({ path, bytes: bytesOf(path), why: 'made again when it is asked for' })
  }
  const tagged = new Set(states.flatMap(({ bank, best }) => [bank, ...best.map((each) => each.bank)]))
  const tags = mayHoldBank(runFiles(run).bank) ? [...old, 0].map(bankTag).filter((tag) => !tagged.has(tag)) : []
  return { files, tags, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) }
}

/** Removes it. Killed anywhere, what is left is still garbage and goes the next time. The run must be this process's own. */
export async function removeGarbage(run: string, { files, tags }: Garbage): Promise<void> {
  using _alone = lockRemoval(run)
  for (const { path } of files) rmSync(path, { force: true })
  if (tags.length === 0) return
  await using bank = await openBank({ uri: runFiles(run).bank, embedder: null, existing: true })
  await bank.forget(tags)
}

/** {@link findGarbage}, and removes it, for a run that nobody works on. */
export async function gcRun(run: string, keep: number): Promise<Garbage> {
  using _lock = lockRun(run)
  const garbage = findGarbage(run, keep)
  await removeGarbage(run, garbage)
  return garbage
}

function servedAfter(run: string, round: number): Incumbent[] {
  const { served } = roundFiles(run, round)
  return existsSync(served) ? [readJson(served, Incumbent)] : []
}

const filesOf = ({ path, adapter }: Model): string[] => [path, adapter].filter((file) => file !== null)
const listed = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [])

/** What would go, in lines. */
export function showGarbage({ files, tags, bytes }: Garbage): string[] {
  const size = (count: number) => `${(count / 1e6).toFixed(1)} MB`
  return [
    ...files.map((file) => `  ${size(file.bytes).padStart(10)}  ${toRepository(file.path)}  (${file.why})`),
    ...(tags.length > 0 ? [`  the bank's versions ${tags.join(', ')}`] : []),
    `  ${size(bytes).padStart(10)}  in all${tags.length > 0 ? ', and what the versions hold alone' : ''}`,
  ]
}
