import { join, resolve } from 'node:path'

/** The repository's root. WHETSTONE_ROOT moves everything that is written (models, datasets, checkpoints, reports), for tests. */
export const root = resolve(import.meta.dirname, '../../..')
export const dataRoot = process.env['WHETSTONE_ROOT'] ? resolve(process.env['WHETSTONE_ROOT']) : root

const roundFolder = (round: number) => `round-${String(round).padStart(3, '0')}`

/** Where things lie; see the table of that name in the README. */
export const paths = {
  tool: (name: string) => join(root, 'tools/bin', name),
  models: () => join(dataRoot, 'models'),
  taskset: (name: string) => join(dataRoot, 'datasets', name),
  dataset: (run: string, round: number) => join(dataRoot, 'datasets', run, roundFolder(round)),
  checkpoints: (run: string) => join(dataRoot, 'checkpoints', run),
  checkpoint: (run: string, round: number) => join(dataRoot, 'checkpoints', run, roundFolder(round)),
  bank: (run: string) => join(dataRoot, 'checkpoints', run, 'memory.lance'),
  reports: (run: string) => join(dataRoot, 'reports', run),
  report: (run: string, round: number) => join(dataRoot, 'reports', run, roundFolder(round)),
}
