import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fromRepository, paths, toRepository } from '@whetstone/core'
import type { Mirrored } from './store-settings.ts'

/** A file of a run: its path in the repository, and what it is. */
export type RunFile = { path: string; file: string; kind: Mirrored; bytes: number; modified: number }

/** Not the run's: locks, what is being written, and indexes, which are made again. A lock that this process holds must not even be opened: closing it would give it up. */
const passing = /(^|\/)(?:\w+\.)?lock(?:\.owner|-journal)?$|\.(tmp|part|index)$|(^|\/)\.uploads\//

/**
 * The files of a run, as they stand, with the weights outside its folders that it serves. Ledgers come before what they count, so that a mirror made in the midst of work never holds a ledger that
 * promises more than its file has.
 */
export function runContent(run: string): RunFile[] {
  const folders = [paths.reports(run), paths.checkpoints(run), paths.datasets(run)]
  const files = folders.flatMap((folder) =>
    existsSync(folder)
      ? readdirSync(folder, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
      : [],
  )
  const own = files.flatMap((file) => {
    const path = toRepository(file)
    if (passing.test(path) || !existsSync(file)) return []
    const { size: bytes, mtimeMs: modified } = statSync(file)
    return [{ path, file, kind: kindOf(path), bytes, modified }]
  })
  return [...own, ...servedWeights(run, new Set(own.map(({ path }) => path)))].sort(
    (a, b) => Number(b.path.endsWith('.chunks')) - Number(a.path.endsWith('.chunks')) || (a.path < b.path ? -1 : 1),
  )
}

function kindOf(path: string): Mirrored {
  if (path.startsWith('datasets/')) return 'traces'
  if (path.startsWith('reports/')) return /\/(run|looks|round|incumbent)\.json$|\/steps\//.test(path) ? 'cards' : 'reports'
  if (/\.lance\//.test(path)) return 'memory'
  return path.endsWith('.json') ? 'cards' : 'checkpoints'
}

/** The base model and whatever else the incumbent's record names that lies in models/. */
function servedWeights(run: string, known: ReadonlySet<string>): RunFile[] {
  const record = join(paths.checkpoints(run), 'incumbent.json')
  if (!existsSync(record)) return []
  const named = [...readFileSync(record, 'utf8').matchAll(/"(?:path|adapter)": "([^"]+)"/g)].map(([, path]) => path as string)
  return [...new Set(named)].flatMap((path) => {
    const file = fromRepository(path)
    if (known.has(path) || !path.startsWith('models/') || !existsSync(file)) return []
    const { size: bytes, mtimeMs: modified } = statSync(file)
    return [{ path, file, kind: 'checkpoints' as const, bytes, modified }]
  })
}

/** Weights of rounds before the last `keep` which nothing serves any more. */
export function spentWeights(run: string, files: readonly RunFile[], keep: number | undefined): Set<string> {
  if (keep === undefined) return new Set()
  const record = join(paths.checkpoints(run), 'incumbent.json')
  const served = existsSync(record) ? readFileSync(record, 'utf8') : ''
  const roundOf = ({ path }: RunFile) => Number(/^checkpoints\/[^/]+\/round-(\d+)\//.exec(path)?.[1] ?? Infinity)
  const rounds = files.map(roundOf).filter(Number.isFinite)
  const first = Math.max(0, ...rounds) - keep + 1
  return new Set(
    files
      .filter((file) => file.kind === 'checkpoints' && roundOf(file) < first && !served.includes(`"${file.path}"`))
      .map(({ path }) => path),
  )
}
