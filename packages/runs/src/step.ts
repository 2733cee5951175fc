import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { BadInput, canonicalJson, hash, readJson, toRecord, writeJson } from '@whetstone/core'
import { z } from 'zod'

/** The steps of a round, in order. */
export const stepNames = ['plan', 'traces', 'memories', 'dataset', 'candidate', 'arms', 'decision'] as const
export type StepName = (typeof stepNames)[number]

/** Runs a step once: what is there is reused if its inputs were the same, and refused if they were not. */
export type Step = <T>(name: StepName, schema: z.ZodType<T>, inputs: unknown, work: () => Promise<T>) => Promise<T>

/** What a step's file holds. */
export const StepDone = z.object({
  step: z.string(),
  fingerprint: z.string(),
  inputs: z.unknown(),
  seconds: z.number(),
  value: z.unknown(),
})

/** Steps of one round, each a file `<folder>/<step>.json` that is written when the step is done. */
export function stepsIn(folder: string, options: { run: string; round: number }): Step {
  return async (name, schema, inputs, work) => {
    const file = join(folder, `${name}.json`)
    const fingerprint = hash([name, options.run, options.round, inputs])
    if (existsSync(file)) {
      const done = readJson(file, StepDone)
      if (done.fingerprint !== fingerprint) {
        throw new BadInput(
          `Round ${options.round} of run ${options.run} did step "${name}" with other inputs (${changed(done.inputs, inputs)}): do it and what follows again with --redo-from=${name}, or start afresh with --run=NEW_NAME`,
        )
      }
      return schema.parse(done.value)
    }
    const started = performance.now()
    const value = schema.parse(await work())
    writeJson(file, toRecord({ step: name, fingerprint, inputs, seconds: (performance.now() - started) / 1000, value }))
    return value
  }
}

/** What a step wrote besides its record, by file name. */
const written: Partial<Record<StepName, { folder: 'dataset' | 'checkpoint'; files: RegExp }>> = {
  traces: { folder: 'dataset', files: /^traces\.jsonl/ },
  candidate: { folder: 'checkpoint', files: /./ },
  arms: { folder: 'dataset', files: /^validation-/ },
  decision: { folder: 'dataset', files: /^retest-/ },
}

/** Forgets a step and all that follow it, with what they wrote. */
export function forgetFrom(steps: string, from: StepName, folders: { dataset: string; checkpoint: string }): void {
  for (const name of stepNames.slice(stepNames.indexOf(from))) {
    rmSync(join(steps, `${name}.json`), { force: true })
    const { folder, files } = written[name] ?? {}
    if (!folder || !files || !existsSync(folders[folder])) continue
    for (const file of readdirSync(folders[folder]))
      if (files.test(file)) rmSync(join(folders[folder], file), { recursive: true, force: true })
  }
}

/** Seconds that the steps of a round took, over all sittings, by name. */
export function stepSeconds(folder: string): Partial<Record<StepName, number>> {
  return Object.fromEntries(
    stepNames
      .filter((name) => existsSync(join(folder, `${name}.json`)))
      .map((name) => [name, readJson(join(folder, `${name}.json`), StepDone).seconds]),
  )
}

/** Names of the inputs that differ, down to the member. */
function changed(before: unknown, after: unknown, path = ''): string {
  if (canonicalJson(before) === canonicalJson(after)) return ''
  const isRecord = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isRecord(before) || !isRecord(after)) return path || 'inputs'
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names
    .map((name) => changed(before[name], after[name], path ? `${path}.${name}` : name))
    .filter(Boolean)
    .slice(0, 4)
    .join(', ')
}
