import { BadInput } from '@whetstone/core'
import { rewriteReport, roundScreen } from '@whetstone/reports/report-round.ts'
import { showPrompts } from '@whetstone/reports/show-prompts.ts'
import { openRun } from '@whetstone/runs'
import { defineCommand } from '../../command.ts'
import { knownRun } from '../../known-run.ts'

export default defineCommand({
  about: 'prints a finished round again and rebuilds its report (report.html, report.md, chart) from round.json',
  flags: {
    run: { type: 'string', default: 'tiny', about: "the run's name" },
    round: { type: 'number', min: 1, about: 'the round (default: the last)' },
    'show-prompts': { type: 'boolean', about: 'also the exact prompts, as rendered, with what they were sampled with' },
  },
  examples: ['npx nx run loops:report', 'npx nx run loops:report --run=second --round=2 --show-prompts'],
  async run(flags) {
    const { run: name, round: wanted } = flags
    const run = openRun(knownRun(name))
    const done = run.finished()
    const found = wanted === undefined ? done.at(-1) : done.find(({ reader }) => reader.round === wanted)
    const [problem] = run.problems
    if (problem && !found) throw new BadInput(`${problem.says}. What can still be read: ${problem.readable}`)
    if (!found)
      throw new BadInput(
        `Run ${name} has no finished round${wanted === undefined ? '' : ` ${wanted}`}: it has done ${done.length}. See npx nx run loops:status`,
      )
    const { reader, round } = found
    await rewriteReport(reader, round)
    console.log(roundScreen(round))
    if (flags['show-prompts']) console.log(`\n${await showPrompts(name, round.round)}`)
  },
})
