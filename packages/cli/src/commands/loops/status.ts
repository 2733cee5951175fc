import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { dataRoot, duration, paths, readJson, Round, writeJson, points, rate } from '@whetstone/core'
import { defineCommand } from '../../command.ts'
import { lockOwner, checkRunName, readIncumbent, readRun, stepNames, stepSeconds } from '@whetstone/runs'

export default defineCommand({
  about: 'where each run stands: rounds done, what was promoted, how far the open round has got, who is working on it',
  flags: { run: { type: 'string', about: 'only this run' }, json: { type: 'string', about: 'write the same to this file as JSON' } },
  examples: ['npx nx run loops:status', 'npx nx run loops:status --run=tiny --json=status.json'],
  async run({ run, json }) {
    const folder = join(dataRoot, 'reports')
    const names =
      run === undefined
        ? existsSync(folder)
          ? readdirSync(folder)
              .filter((name) => readRun(name) !== null)
              .sort()
          : []
        : [checkRunName(run)]
    const runs = names.map(describeRun).filter((each) => each !== null)
    if (json !== undefined) writeJson(json, runs)
    if (runs.length === 0)
      return console.log(
        run === undefined
          ? 'No runs yet: begin one with `npx nx run loops:cycle`'
          : `No run "${run}". Runs: ${(existsSync(folder) ? readdirSync(folder) : []).filter((name) => readRun(name)).join(', ') || 'none'}`,
      )
    for (const each of runs) {
      console.log(`${each.run}  recipe ${each.recipe}, seed ${each.seed}, ${each.rounds.length} rounds done, incumbent ${each.incumbent}`)
      for (const { round, decision, frontier, cost } of each.rounds)
        console.log(
          `  round ${round}  ${decision.promoted ? 'promoted' : 'kept    '}  ${frontier ? `${frontier.taskset} ${frontier.level}: ` : ''}${rate(decision.incumbentRate)} -> ${rate(decision.candidateRate)} (${points(decision.difference)} points)  ${duration(cost.seconds)}`,
        )
      if (each.open)
        console.log(
          `  round ${each.open.round}  open: ${each.open.done.join(', ')} done, ${each.open.next} is next${each.open.owner ? `; process ${each.open.owner} is working on it` : '; the same cycle command goes on with it'}`,
        )
    }
  },
})

function describeRun(run: string) {
  const record = readRun(run)
  const incumbent = readIncumbent(run)
  if (!record || !incumbent) return null
  const rounds = Array.from({ length: incumbent.round }, (_, index) => join(paths.report(run, index + 1), 'round.json'))
    .filter((file) => existsSync(file))
    .map((file) => readJson(file, Round))
  const round = incumbent.round + 1
  const done = Object.keys(stepSeconds(join(paths.report(run, round), 'steps')))
  const owner = lockOwner(join(paths.reports(run), 'lock'))?.pid ?? null
  const open =
    done.length > 0 || owner !== null ? { round, done, next: stepNames.find((name) => !done.includes(name)) ?? 'the report', owner } : null
  return {
    run,
    recipe: record.recipe,
    seed: record.seed,
    incumbent: incumbent.model.id,
    rounds: rounds.map(({ round: number, decision, frontier, cost }) => ({ round: number, decision, frontier, cost })),
    open,
  }
}
