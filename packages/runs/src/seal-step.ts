import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { dataRoot, hashFile } from '@whetstone/core'
import { roundFiles, runFiles } from './run-files.ts'
import type { StepName } from './step-names.ts'

/** Rows that a step wrote into its round's folder of data; weights are known by their own hash. */
const rows: Partial<Record<StepName, RegExp>> = {
  traces: /^(traces|own)\.jsonl(\.chunks)?$/,
  dataset: /^(?!traces|own|tasks|validation-|learned|retest-|probe|parity)[\w-]+\.jsonl$/,
  arms: /^(validation-[\w-]+|learned)\.jsonl(\.chunks)?$/,
  decision: /^retest-\w+\.jsonl(\.chunks)?$/,
  monitor: /^probe\.jsonl(\.chunks)?$/,
}

/** Files that later steps add to: what of them was there when the step ended is sealed, as `bytes:hash`. */
const growing: Partial<Record<StepName, string>> = { traces: 'tasks.jsonl', arms: 'tasks.jsonl' }

/** Content hashes of what a step wrote, by path from the data root: what was torn or flipped since is found before anything is built upon it. */
export async function sealStep({ run, round }: { run: string; round: number }, name: StepName): Promise<Record<string, string>> {
  const seal: Record<string, string> = {}
  for (const file of outputs(run, round, name)) seal[relative(dataRoot, file)] = await hashFile(file)
  const open = growing[name] && join(roundFiles(run, round).dataset, growing[name])
  if (open && existsSync(open)) {
    const { size } = statSync(open)
    seal[relative(dataRoot, open)] = `${size}:${await hashFile(open, 0, size)}`
  }
  return seal
}

/** The first file of a seal whose content is another one now. Of a bank what is still there counts: versions that nothing needs go. */
export async function brokenSeal(seal: Record<string, string>, name: StepName): Promise<string | null> {
  for (const [path, content] of Object.entries(seal)) {
    const file = join(dataRoot, path)
    const [, bytes, start = content] = /^(\d+):(.+)$/.exec(content) ?? []
    if (existsSync(file) ? (await hashFile(file, 0, bytes === undefined ? Infinity : Number(bytes))) !== start : name !== 'memories')
      return file
  }
  return null
}

function outputs(run: string, round: number, name: StepName): string[] {
  if (name === 'memories') return below(runFiles(run).bank)
  const { dataset } = roundFiles(run, round)
  const pattern = rows[name]
  return pattern && existsSync(dataset)
    ? readdirSync(dataset)
        .filter((file) => pattern.test(file))
        .sort()
        .map((file) => join(dataset, file))
    : []
}

const below = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .sort()
    : []
