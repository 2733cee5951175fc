import { rollbackRun } from '@whetstone/loop/round/rollback-run.ts'
import { defineCommand } from '../../command.ts'
import { knownRun } from '../../known-run.ts'

export default defineCommand({
  about: 'takes a run back to what it served after an earlier round; later rounds are moved aside, and their looks stay spent',
  flags: {
    run: { type: 'string', default: 'tiny', about: "the run's name" },
    to: { type: 'number', default: 0, min: 0, about: 'the round to go back to; 0: as the run began' },
  },
  examples: ['npx nx run loops:rollback --run=tiny --to=2'],
  async run({ run, to }) {
    const { moved, serves } = await rollbackRun(knownRun(run), to)
    console.log(
      `Run ${run} stands where it stood after round ${to}: it serves ${serves}. ${moved.length === 0 ? 'No round came after it' : `Moved aside: round${moved.length > 1 ? 's' : ''} ${moved.join(', ')}, as undone-...`}`,
    )
  },
})
