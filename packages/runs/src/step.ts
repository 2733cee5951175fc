import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { BadInput, canonicalJson, hash, readJson, toRecord, writeJson } from '@whetstone/core'
import { z } from 'zod'
import { roundFiles, type RoundFiles } from './run-files.ts'
import { brokenSeal, sealStep } from './seal-step.ts'
import { stepNames, type StepName } from './step-names.ts'

/** Runs a step once: what is there is reused if its inputs were the same, and refused if they were not. */
export type Step = <T>(name: StepName, schema: z.ZodType<T>, inputs: unknown, work: () => Promise<T>) => Promise<T>

/** What a step's file holds. */
export const StepDone = z.object({
  step: z.string(),
  fingerprint: z.string(),
  inputs: z.unknown(),
  seconds: z.number(),
  value: z.unknown(),
  /** Hash of the value, and of the files that the step wrote beside this record, by path; older records have neither. */
  hash: z.string().optional(),
  seal: z.record(z.string(), z.string()).optional(),
})

/** Steps of one round, each a file steps/<step>.json that is written when the step is done. Paths do not count: a run that was moved goes on. */
export function stepsIn({ run, round }: { run: string; round: number }): Step {
  const files = roundFiles(run, round)
  return async (name, schema, given, work) => {
    const file = files.step(name)
    const inputs = toRecord(given)
    const fingerprint = hash([name, run, round, inputs])
    if (existsSync(file)) {
      const damaged = (what: string, why: string) =>
        new BadInput(
          `${what} is not what step "${name}" of round ${round} of run ${run} wrote (${why}): bring it back from a copy, or do the step and what follows again with --redo-from=${name}`,
        )
      const done = readRecord(file, damaged)
      if (done.fingerprint !== fingerprint) {
        throw new BadInput(
          `Round ${round} of run ${run} did step "${name}" with other inputs (${changed(done.inputs, inputs)}): do it and what follows again with --redo-from=${name}, or start afresh with --run=NEW_NAME`,
        )
      }
      const broken = await brokenSeal(done.seal ?? {}, name)
      if (broken) throw damaged(broken, existsSync(broken) ? 'its content is another' : 'it is not there')
      const { data, error } = schema.safeParse(done.value)
      if (error) throw damaged(file, `${error.issues[0]?.path.join('.')}: ${error.issues[0]?.message}`)
      return data as z.infer<typeof schema>
    }
    const started = performance.now()
    const value = schema.parse(await work())
    const seconds = (performance.now() - started) / 1000
    const seal = await sealStep({ run, round }, name)
    const record = toRecord(value)
    writeJson(file, toRecord({ step: name, fingerprint, inputs, seconds, value: record, hash: hash(record), seal }))
    return value
  }
}

/** A step's record, as it was written. */
function readRecord(file: string, damaged: (what: string, why: string) => BadInput): z.infer<typeof StepDone> {
  let done: z.infer<typeof StepDone>
  try {
    done = readJson(file, StepDone)
  } catch (error) {
    throw damaged(file, (error as Error).message.replace(`${file}: `, '').split(':')[0] as string)
  }
  if (done.hash !== undefined && done.hash !== hash(done.value)) throw damaged(file, 'its content is another')
  return done
}

/** What a step wrote besides its record, by file name. */
const written: Partial<Record<StepName, { folder: 'dataset' | 'checkpoint'; files: RegExp }[]>> = {
  traces: [{ folder: 'dataset', files: /^((traces|own|tasks)\.jsonl|bucket\.json)/ }],
  candidate: [
    { folder: 'checkpoint', files: /./ },
    { folder: 'dataset', files: /^(micro|verify)$/ },
  ],
  arms: [{ folder: 'dataset', files: /^(validation-|learned\.)/ }],
  decision: [{ folder: 'dataset', files: /^retest-/ }],
  monitor: [{ folder: 'dataset', files: /^probe\./ }],
}

/** Forgets a step and all that follow it, with what they wrote. */
export function forgetFrom(files: RoundFiles, from: StepName): void {
  for (const name of stepNames.slice(stepNames.indexOf(from))) {
    rmSync(files.step(name), { force: true })
    for (const made of written[name] ?? [])
      for (const file of existsSync(files[made.folder]) ? readdirSync(files[made.folder]) : [])
        if (made.files.test(file)) rmSync(join(files[made.folder], file), { recursive: true, force: true })
  }
}

/** Seconds that the steps of a round took, over all sittings, by name. */
export function stepSeconds(files: RoundFiles): Partial<Record<StepName, number>> {
  return Object.fromEntries(
    stepNames.filter((name) => existsSync(files.step(name))).map((name) => [name, readJson(files.step(name), StepDone).seconds]),
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
