import { existsSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { runFiles } from './run-files.ts'

/** Bytes of a file, or of all files below a folder; 0 where there is none. Links are not followed. */
export function bytesOf(path: string): number {
  if (!existsSync(path)) return 0
  const found = lstatSync(path)
  if (!found.isDirectory()) return found.size
  return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0)
}

export type DiskUse = { traces: number; weights: number; bank: number; reports: number }

/** What a run takes on the disk, in bytes. */
export function diskUse(run: string): DiskUse {
  const { datasets, checkpoints, bank, reports } = runFiles(run)
  const memory = bytesOf(bank)
  return { traces: bytesOf(datasets), weights: bytesOf(checkpoints) - memory, bank: memory, reports: bytesOf(reports) }
}
