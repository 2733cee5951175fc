import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { paths, readJsonl, Trace } from '@whetstone/core'

/** Folders of a run's rounds under datasets/, in order. */
export function roundFolders(run: string): string[] {
  const parent = dirname(paths.dataset(run, 1))
  return existsSync(parent)
    ? readdirSync(parent)
        .filter((name) => /^round-\d+$/.test(name))
        .sort()
        .map((name) => join(parent, name))
    : []
}

/** All train traces of a run: the evidence on its memories. */
export const runTraces = (run: string): Trace[] =>
  roundFolders(run).flatMap((folder) => readJsonl(join(folder, 'traces.jsonl'), Trace, { optional: true }))
