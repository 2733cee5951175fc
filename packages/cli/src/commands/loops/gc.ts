import { findGarbage, gcRun, showGarbage } from '@whetstone/loop/gc-run.ts'
import { defineCommand } from '../../command.ts'
import { knownRun } from '../../known-run.ts'
import { writeResult } from '../../write-result.ts'

export default defineCommand({
  about:
    "frees what a run does not need any more: weights that nothing serves and the bank's versions from before the last rounds; cards, traces, rows, decisions and reports stay. Says what would go; --yes removes it",
  flags: {
    run: { type: 'string', default: 'tiny', about: "the run's name" },
    keep: { type: 'number', min: 1, max: 999, default: 3, about: 'rounds that can still be gone back to' },
    yes: { type: 'boolean', about: 'remove it' },
    json: { type: 'json', about: 'write what goes to this file as JSON' },
  },
  examples: ['npx nx run loops:gc --run=tiny --keep=3', 'npx nx run loops:gc --run=tiny --keep=3 --yes'],
  async run({ run, keep, yes, json }) {
    const garbage = yes ? await gcRun(knownRun(run), keep) : findGarbage(knownRun(run), keep)
    writeResult(json, garbage)
    if (garbage.files.length === 0 && garbage.tags.length === 0)
      return console.log(`Run ${run} holds nothing that its last ${keep} rounds do not need`)
    console.log([`Run ${run}, --keep=${keep}: ${yes ? 'removed' : 'would go, and goes with --yes'}`, ...showGarbage(garbage)].join('\n'))
  },
})
