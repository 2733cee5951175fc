import { BadInput, levelName, type Role, Round } from '@whetstone/core'
import { openRun, type ArmReader, type RoundReader } from '@whetstone/runs'
import { readLog } from './read-log.ts'
import { addAttempt, toGroups, traceAttempt, type GroupsSoFar, type ResultSet } from './result-set.ts'

const armLabel = (role: Role, memory: boolean) => `${role}, memory ${memory ? 'on' : 'off'}`

/** An arm of a round, from its validation traces: round.json itself holds no outcomes of single tasks. */
export async function readArm(reader: RoundReader, { role, memory, traces }: ArmReader): Promise<ResultSet> {
  const { run, round } = reader
  const arm = armLabel(role, memory)
  const named = reader.finished()
  const groups: GroupsSoFar = new Map()
  for await (const trace of traces.rows()) {
    const name = levelName(trace, named)
    const attempt = traceAttempt(trace)
    addAttempt(groups, name === undefined ? attempt : { ...attempt, group: `${trace.taskset} ${name}` })
  }
  return { name: `${run} round ${round}: ${arm}`, arm, source: traces.file, role, format: 'traces', groups: toGroups(groups), notes: [] }
}

/** All arms of a round, the deployed incumbent first. */
export async function readRoundArms(file: string): Promise<ResultSet[]> {
  const round = readLog(file, Round)
  const reader = openRun(round.run).round(round.round)
  const arms = reader.arms().filter(({ traces }) => traces.exists)
  const served = (arm: ArmReader) => Number(arm.memory !== round.served.memory)
  const order = arms.sort((a, b) => served(a) - served(b) || Number(a.role === 'candidate') - Number(b.role === 'candidate'))
  if (order.length === 0) throw missingTraces(reader)
  return Promise.all(order.map((arm) => readArm(reader, arm)))
}

/** What a round left to be served, measured on that round's validation tasks. */
export async function readServed({ run, round, served }: Round): Promise<ResultSet> {
  const reader = openRun(run).round(round)
  const arm = reader.arm(served.role, served.memory)
  if (!arm?.traces.exists) throw missingTraces(reader)
  return { ...(await readArm(reader, arm)), name: `${run} after round ${round}`, arm: '' }
}

const missingTraces = ({ run, round, files }: RoundReader) =>
  new BadInput(
    `${files.round}: the validation traces of round ${round} of run ${run} are not in ${files.dataset}: ` +
      'keep datasets/ beside reports/ to compare rounds',
  )
