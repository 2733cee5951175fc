import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { BadInput } from '@whetstone/core'
import { readInspect } from './read-inspect.ts'
import { readLmEval } from './read-lm-eval.ts'
import { readPhase1 } from './read-phase1.ts'
import { readRoundArms } from './read-round.ts'
import { readTraces } from './read-traces.ts'
import type { ResultSet } from './result-set.ts'

/** What to take of a log that holds several scores. */
export type Choice = { metric?: string; filter?: string; scorer?: string }

const understood =
  'traces.jsonl, round.json and phase1_results.json of ours, samples_*.jsonl of lm-evaluation-harness, JSON logs of Inspect'

/** Reads any result file that we know, by what stands in it and not by its name. */
export function readResults(file: string, choice: Choice = {}): ResultSet[] {
  if (!existsSync(file) || statSync(file).isDirectory())
    throw new BadInput(`${file} ${existsSync(file) ? 'is a folder' : 'not found'}: give a result file (${understood})`)
  const head = readHead(file)
  if (head.startsWith('PK'))
    throw new BadInput(
      `${file} is Inspect's packed log: unpack it with \`inspect log convert --to json --output-dir DIR ${basename(file)}\``,
    )
  if (/^\s*\{[^\n]*"policy"\s*:/.test(head)) return readTraces(file)
  if (/^\s*\{[^\n]*"doc_id"\s*:/.test(head)) return readLmEval(file, choice)
  if (/"eval"\s*:\s*\{/.test(head) && /"status"\s*:/.test(head)) return readInspect(file, choice)
  if (/"run"\s*:/.test(head) && /"incumbent"\s*:/.test(head)) return readRoundArms(file)
  if (/"(trials|arms|baseline)"\s*:/.test(head) || basename(file).startsWith('phase1_results')) return readPhase1(file)
  throw new BadInput(`${file} is none of the result files understood: ${understood}`)
}

/** The first 256 KiB: the first row of JSON lines, or the first members of one JSON value. */
function readHead(file: string): string {
  const bytes = Buffer.alloc(262_144)
  const handle = openSync(file, 'r')
  try {
    return bytes.subarray(0, readSync(handle, bytes, 0, bytes.length, 0)).toString('utf8')
  } finally {
    closeSync(handle)
  }
}
