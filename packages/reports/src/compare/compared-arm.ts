import { existsSync } from 'node:fs'
import { BadInput, suggest, type Round } from '@whetstone/core'
import { openRun, runNames, sayProblems, type ArmReader, type FrozenTask, type RoundReader, type TraceFile } from '@whetstone/runs'
import { armCalled } from './arm-called.ts'
import type { Choice } from './choice.ts'
import { readArm } from './read-round.ts'
import { readPhase1 } from './read-phase1.ts'
import { readResults } from './read-results.ts'
import type { ResultSet } from './result-set.ts'

/** One policy as it is compared: what a run serves after a round, one arm of a round or of phase 1, or a file's. */
export type ComparedArm = {
  /** What names it in flags and addresses: `tiny:3`, `tiny:3:incumbent-off`, `tiny:phase1:memory`, or a file. */
  ref: string
  name: string
  set: ResultSet
  /** Whose it is; null for files. */
  reader: RoundReader | null
  round: Round | null
  /** Where its attempts are, null where the source keeps none. */
  traces: TraceFile | null
  /** The tasks that it attempted, as they were frozen, where they are not those of its round. */
  tasks?: () => AsyncIterable<FrozenTask>
  /** `validation` was selected upon: the gate promoted by it. */
  split: 'validation' | 'test' | 'unknown'
  /** What the run had cost when it had come so far; null where nobody says. */
  cost: { seconds: number; tokens: number } | null
}

const named = /^([A-Za-z0-9][\w.-]{0,63})(?::([\w-]+))?(?::([\w-]+))?$/

/** The arms that these names mean: `RUN` is what its last round serves, `RUN:3` what round 3 left, `RUN:all` every round, `RUN:3:ARM` one arm; anything else is a file. */
export async function comparedArms(refs: readonly string[], choice: Choice = {}): Promise<ComparedArm[]> {
  const known = new Set(runNames())
  const arms: ComparedArm[] = []
  for (const ref of refs) {
    const [, run = '', which, arm] = named.exec(ref) ?? []
    if (known.has(run)) arms.push(...(await ofRun(run, which, arm)))
    else if ((which !== undefined && !/[/\\.]/.test(run)) || (!/[/\\.]/.test(ref) && !existsSync(ref)))
      throw new BadInput(
        `No run "${run || ref}"${which === undefined ? ' and no file of that name' : ''}: ${known.size === 0 ? 'there is none yet, begin one with `npx nx run loops:cycle`' : suggest(run || ref, [...known], 'runs')}`,
      )
    else arms.push(...(await ofFile(ref, choice)))
  }
  if (arms.length < 2)
    throw new BadInput(
      `${arms.length === 1 ? `${arms[0]?.ref} is one policy` : 'Nothing was named'}: a comparison needs two, e.g. tiny:1,tiny:3 or a second file`,
    )
  return arms
}

async function ofRun(run: string, which: string | undefined, arm: string | undefined): Promise<ComparedArm[]> {
  const reader = openRun(run)
  if (which === 'phase1') {
    const { results } = reader.files.phase1
    if (!reader.phase1()) throw new BadInput(`Run ${run} has no phase 1: do it with \`npx nx run loops:phase1 --run=${run}\``)
    const sets = readPhase1(results).filter((set) => arm === undefined || set.arm === arm)
    return sets.map((set) => ({
      ref: `${run}:phase1:${set.arm}`,
      name: `${run} phase 1: ${set.arm}`,
      set: { ...set, name: `${run} phase 1: ${set.arm}` },
      reader: null,
      round: null,
      traces: null,
      split: 'test' as const,
      cost: null,
    }))
  }
  const finished = reader.finished()
  const rounds = finished.map(({ round }) => round.round).join(', ') || 'none is finished'
  const chosen =
    which === 'all'
      ? finished
      : which === undefined
        ? finished.slice(-1)
        : finished.filter(({ round }) => String(round.round) === which.replace(/^(round-)?0*/, ''))
  if (chosen.length === 0)
    throw new BadInput(`Run ${run} has no finished round${which === undefined ? '' : ` ${which}`}. Rounds: ${rounds}${sayProblems(reader)}`)
  return Promise.all(
    chosen.map(({ reader: of, round }) =>
      ofRound(
        of,
        round,
        arm,
        finished.map((each) => each.round),
      ),
    ),
  )
}

async function ofRound(reader: RoundReader, round: Round, name: string | undefined, rounds: readonly Round[]): Promise<ComparedArm> {
  const { served } = round
  const found = name === undefined ? reader.arm(served.role, served.memory) : armCalled(reader, round, name)
  if (!found?.traces.exists)
    throw new BadInput(
      `${reader.files.round}: the validation traces of round ${round.round} of run ${reader.run} are not in ${reader.files.dataset}: keep datasets/ beside reports/ to compare rounds`,
    )
  return comparedArm(reader, round, found, name === undefined ? null : found.name, rounds)
}

/** One arm of a round, under the name that it has there, or as what the round left where its name is null. */
export async function comparedArm(
  reader: RoundReader,
  round: Round,
  arm: ArmReader,
  name: string | null = arm.name,
  rounds: readonly Round[] = [],
): Promise<ComparedArm> {
  // the round's incumbent is what the rounds before had come to
  const last = name === null || arm.role === 'candidate' ? round.round : round.round - 1
  const upTo = rounds.filter((each) => each.round <= last)
  const says = `${reader.run} ${name === null ? 'after round' : 'round'} ${round.round}${name === null ? '' : `: ${arm.role}, memory ${arm.memory ? 'on' : 'off'}`}`
  return {
    ref: `${reader.run}:${round.round}${name === null ? '' : `:${name}`}`,
    name: says,
    set: { ...(await readArm(reader, arm)), name: says, arm: '' },
    reader,
    round,
    traces: arm.traces,
    split: 'validation',
    cost: {
      seconds: upTo.reduce((sum, { cost }) => sum + cost.seconds, 0),
      tokens: upTo.reduce((sum, { cost: { tokens } }) => sum + tokens.prompt + tokens.completion, 0),
    },
  }
}

async function ofFile(file: string, choice: Choice): Promise<ComparedArm[]> {
  const sets = await readResults(file, choice)
  return sets.map((set) => ({
    ref: file,
    name: set.name,
    set,
    reader: null,
    round: null,
    traces: null,
    split: 'unknown' as const,
    cost: null,
  }))
}
