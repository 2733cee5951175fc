import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BadInput, paths, readJson, readJsonl, type Role, Round, Trace } from '@whetstone/core'
import { groupAttempts, type ResultSet } from './result-set.ts'

/** An arm of a round, from its validation traces: round.json itself holds no outcomes of single tasks. */
function readArm(round: Round, role: Role, memory: boolean): ResultSet | null {
  const file = join(paths.dataset(round.run, round.round), `validation-${role}-${memory ? 'memory' : 'bare'}.jsonl`)
  if (!existsSync(file)) return null
  const groups = groupAttempts(
    readJsonl(file, Trace).map((trace) => ({
      group: `${trace.taskset} level ${trace.level}`,
      task: trace.task,
      cluster: trace.cluster,
      passed: trace.grade.passed ? 1 : 0,
    })),
  )
  const arm = `${role}, memory ${memory ? 'on' : 'off'}`
  return { name: `${round.run} round ${round.round}: ${arm}`, arm, source: file, format: 'traces', groups, notes: [] }
}

/** All arms of a round, the deployed incumbent first. */
export function readRoundArms(file: string): ResultSet[] {
  const round = readJson(file, Round)
  const deployed = deployedMemory(round)
  const roles: Role[] = ['incumbent', 'candidate']
  const sets = [deployed, !deployed].flatMap((memory) => roles.map((role) => readArm(round, role, memory))).filter((set) => set !== null)
  if (sets.length === 0) throw missingTraces(file, round)
  return sets
}

/**
 * What a round left to be served, measured on that round's validation tasks: the candidate when promoted, else the incumbent, with the
 * deployed memory setting.
 */
export function readServed(file: string): ResultSet {
  const round = readJson(file, Round)
  const role = round.decision.promoted ? 'candidate' : 'incumbent'
  const set = readArm(round, role, deployedMemory(round))
  if (!set) throw missingTraces(file, round)
  return { ...set, name: `${round.run} after round ${round.round}`, arm: '' }
}

const missingTraces = (file: string, { run, round }: Round) =>
  new BadInput(
    `${file}: the validation traces of round ${round} of run ${run} are not in ${paths.dataset(run, round)}: ` +
      'keep datasets/ beside reports/ to compare rounds',
  )

/** The gate compares arms with the memory setting that is deployed and names it. */
export const deployedMemory = ({ decision, bank }: Round): boolean =>
  decision.arm.endsWith('memory on') ? true : decision.arm.endsWith('memory off') ? false : bank.tag !== null && bank.kept
