import { BadInput } from '@whetstone/core'
import { showWhy, whyRound } from '@whetstone/reports/why/why-round.ts'
import { openRun, sayProblems } from '@whetstone/runs'
import { defineCommand } from '../../command.ts'
import { knownRun } from '../../known-run.ts'
import { writeResult } from '../../write-result.ts'

export default defineCommand({
  about: 'why a round was promoted or kept, in sentences with numbers: what would have changed it, what limits it, what to try next',
  flags: {
    run: { type: 'string', default: 'tiny', about: "the run's name" },
    round: { type: 'number', min: 1, about: 'the round (default: the last)' },
    answers: {
      type: 'number',
      min: 0,
      max: 1000,
      about: 'failed train attempts shown with their answers and what is right (default: 3 where hardly any passes, else none)',
    },
    json: { type: 'json', about: 'write the sentences to this file as JSON' },
  },
  examples: ['npx nx run loops:why', 'npx nx run loops:why --run=second --round=2', 'npx nx run loops:why --answers=20'],
  async run({ run: name, round: wanted, answers, json }) {
    const run = openRun(knownRun(name))
    const done = run.finished()
    const found = wanted === undefined ? done.at(-1) : done.find(({ reader }) => reader.round === wanted)
    if (!found)
      throw new BadInput(
        `Run ${name} has no finished round${wanted === undefined ? '' : ` ${wanted}`}: ${done.length > 0 ? `rounds: ${done.map(({ reader }) => reader.round).join(', ')}` : 'none is done yet'}${sayProblems(run)}`,
      )
    const why = await whyRound(found.reader, found.round, answers)
    console.log(showWhy(why))
    writeResult(json, why)
  },
})
