import { existsSync } from 'node:fs'
import { isAbsolute, join, resolve, sep } from 'node:path'
import { z } from 'zod'

/** The repository's root. WHETSTONE_ROOT moves everything that is written (models, datasets, checkpoints, reports), for tests. */
export const root = resolve(import.meta.dirname, '../../..')
export const dataRoot = process.env['WHETSTONE_ROOT'] ? resolve(process.env['WHETSTONE_ROOT']) : root

/** Where things lie; see the table of that name in the README. What is in a run's folders only `@whetstone/runs` knows. */
export const paths = {
  /** Locks of what lies in no run. */
  lock: (name: string) => join(dataRoot, '.locks', name),
  tool: (name: string) => join(root, 'tools/bin', name),
  models: () => join(dataRoot, 'models'),
  taskset: (name: string) => join(dataRoot, 'datasets', name),
  /** Folders of a run. */
  datasets: (run: string) => join(dataRoot, 'datasets', run),
  checkpoints: (run: string) => join(dataRoot, 'checkpoints', run),
  reports: (run: string) => join(dataRoot, 'reports', run),
}

/** A path as records hold it: relative to the repository where it lies inside, so that a checkout can be moved or copied. */
export function toRepository(path: string): string {
  for (const folder of [dataRoot, root]) if (path.startsWith(folder + sep)) return path.slice(folder.length + 1)
  return path
}

/**
 * The path that a record means, in this checkout. Records of before 2026-12 hold absolute paths, of a checkout that may have been moved or
 * copied since: what such a path names below reports/, datasets/ or checkpoints/ is looked for here. What the checkout ships (models, tables) is
 * found from another data root too; the runs of one data root are not those of another.
 */
export function fromRepository(path: string): string {
  if (!isAbsolute(path)) {
    const shipped = !/^(?:reports|checkpoints)\//.test(path) && !existsSync(join(dataRoot, path)) && existsSync(join(root, path))
    return join(shipped ? root : dataRoot, path)
  }
  if (path.startsWith(dataRoot + sep) || path.startsWith(root + sep)) return path
  const [, inside] = /\/((?:reports|datasets|checkpoints)\/.+)$/.exec(path) ?? []
  if (inside !== undefined && existsSync(join(dataRoot, inside))) return join(dataRoot, inside)
  const [, model] = /\/(models\/.+)$/.exec(path) ?? []
  if (model !== undefined && !existsSync(path)) return fromRepository(model)
  return path
}

/** A path inside a record: written relative to the repository, read as this checkout has it. */
export const RecordedPath = z.string().transform(fromRepository)

/** A record as it is written: every path inside the repository relative to it. */
export function toRecord(value: unknown): unknown {
  if (typeof value === 'string') return toRepository(value)
  if (Array.isArray(value)) return value.map(toRecord)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toRecord(member)]))
}
