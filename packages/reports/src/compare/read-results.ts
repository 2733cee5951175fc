import { existsSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { BadInput } from '@whetstone/core'
import { readHeadBytes, unpackedName } from '@whetstone/tasks'
import type { Choice } from './choice.ts'
import { readEvalPlus } from './read-evalplus.ts'
import { readHelm } from './read-helm.ts'
import { readInspect, readInspectPacked } from './read-inspect.ts'
import { readLmEval } from './read-lm-eval.ts'
import { readPhase1 } from './read-phase1.ts'
import { readPromptfoo } from './read-promptfoo.ts'
import { readResultTable } from './read-result-table.ts'
import { readRoundArms } from './read-round.ts'
import { readTraces } from './read-traces.ts'
import type { ResultSet } from './result-set.ts'

const understood =
  'traces.jsonl, round.json and phase1_results.json of ours, samples_*.jsonl of lm-evaluation-harness, .eval and JSON logs of Inspect, ' +
  "promptfoo's results.json, HELM's per_instance_stats.json, EvalPlus's *_eval_results.json, CSV"

/** Reads any result file that we know, by what stands in it and not by its name. */
export async function readResults(file: string, choice: Choice = {}): Promise<ResultSet[]> {
  if (!existsSync(file) || statSync(file).isDirectory())
    throw new BadInput(`${file} ${existsSync(file) ? 'is a folder' : 'not found'}: give a result file (${understood})`)
  const head = readHead(file)
  if (head.startsWith('PK')) return readInspectPacked(file, choice)
  if (/^\s*\{[^\n]*"doc_id"\s*:|^\s*\[\s*\{[^]*"doc_id"\s*:/.test(head)) return readLmEval(file, choice)
  if (/^\s*\{[^\n]*"policy"\s*:\s*\{/.test(head)) return readTraces(file)
  if (/"eval"\s*:\s*\{/.test(head) && /"status"\s*:/.test(head) && !/"base_status"/.test(head)) return readInspect(file, choice)
  if (/"base_status"\s*:/.test(head)) return readEvalPlus(file, choice)
  if (/"instance_id"\s*:/.test(head) && /"stats"\s*:/.test(head)) return readHelm(file, choice)
  if (/"run"\s*:/.test(head) && /"incumbent"\s*:/.test(head)) return readRoundArms(file)
  if (/"results"\s*:\s*\{/.test(head) && /"(provider|promptIdx|vars)"\s*:/.test(head)) return readPromptfoo(file, choice)
  if (/"(trials|arms|baseline)"\s*:/.test(head) || basename(file).startsWith('phase1_results')) return readPhase1(file)
  if (/\.(csv|tsv)$/i.test(unpackedName(file))) return readResultTable(file, choice)
  if (/"results"\s*:\s*\{/.test(head) && /"(?:configs|versions|n-shot|n_shot|higher_is_better)"\s*:/.test(head))
    throw new BadInput(
      `${file} is a summary of lm-evaluation-harness, without its single samples: run it with --log_samples and give the samples_*.jsonl`,
    )
  throw new BadInput(`${file} is none of the result files understood: ${understood}`)
}

/** The first 256 KiB: the first row of JSON lines, or the first members of one JSON value. */
function readHead(file: string): string {
  const head = readHeadBytes(file, 262_144)
  const wide = head[0] === 0xff && head[1] === 0xfe
  if (head[0] === 0xfe && head[1] === 0xff)
    return Buffer.from(head.subarray(2, head.length - (head.length % 2)))
      .swap16()
      .toString('utf16le')
  return new TextDecoder(wide ? 'utf-16le' : 'utf-8').decode(head)
}
