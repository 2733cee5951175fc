import { duration, points, rate } from '@whetstone/core'
import { diskUse, openRun, runNames } from '@whetstone/runs'
import { parityText } from '@whetstone/reports/parity-text.ts'
import { wrap } from '@whetstone/reports/tables/wrap.ts'
import { defineCommand } from '../../command.ts'
import { knownRun } from '../../known-run.ts'
import { writeResult } from '../../write-result.ts'

export default defineCommand({
  about: 'where each run stands: rounds done, what was promoted, how far the open round has got, who is working on it',
  flags: { run: { type: 'string', about: 'only this run' }, json: { type: 'json', about: 'write the same to this file as JSON' } },
  examples: ['npx nx run loops:status', 'npx nx run loops:status --run=tiny --json=status.json'],
  async run({ run, json }) {
    const names = run === undefined ? runNames() : [knownRun(run)]
    const runs = names.map(describeRun).filter((each) => each !== null)
    writeResult(json, runs)
    if (runs.length === 0) return console.log('No runs yet: begin one with `npx nx run loops:cycle`')
    for (const each of runs) {
      console.log(
        wrap(
          `${each.run}  recipe ${each.recipe}, seed ${each.seed}, ${each.rounds.length} round${each.rounds.length === 1 ? '' : 's'} done, incumbent ${each.incumbent}`,
        ),
      )
      for (const { round, decision, frontier, cost, parity } of each.rounds) {
        console.log(
          `  round ${round}  ${decision.promoted ? 'promoted' : 'kept    '}  ${frontier ? `${frontier.taskset} ${frontier.level}: ` : ''}${rate(decision.incumbentRate)} -> ${rate(decision.candidateRate)} (${points(decision.difference)} points)  ${duration(cost.seconds)}`,
        )
        if (parity) console.log(wrap(`parity  ${parityText(parity)}`, '    '))
      }
      console.log(
        `  disk     ${Object.entries(each.disk)
          .map(([what, bytes]) => `${what} ${(bytes / 1e6).toFixed(1)} MB`)
          .join(', ')}`,
      )
      for (const { says, readable } of each.problems) console.log(`  ${says}; what can still be read: ${readable}`)
      if (each.open)
        console.log(
          `  round ${each.open.round}  open: ${each.open.done.join(', ')} done, ${each.open.next} is next${each.open.owner ? `; process ${each.open.owner} is working on it` : '; the same cycle command goes on with it'}`,
        )
    }
  },
})

function describeRun(name: string) {
  const run = openRun(name)
  const [record, incumbent, open, owner] = [run.record(), run.incumbent(), run.open(), run.lock()]
  const rounds = run
    .finished()
    .map(({ round: { round, decision, frontier, cost, parity } }) => ({ round, decision, frontier, cost, parity }))
  if (!record && rounds.length === 0 && run.problems.length === 0) return null
  return {
    run: name,
    recipe: record?.recipe ?? 'unknown',
    seed: record?.seed ?? null,
    incumbent: incumbent?.model.id ?? 'unknown',
    rounds,
    open: open && { ...open, owner: owner?.pid ?? null },
    disk: diskUse(name),
    problems: run.problems,
  }
}
