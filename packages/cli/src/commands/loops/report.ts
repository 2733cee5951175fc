import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { BadInput, dataRoot, paths, readJson, Round } from '@whetstone/core'
import { Section, writeReport } from '@whetstone/reports'
import { z } from 'zod'
import { defineCommand } from '../../command.ts'
import { checkRunName, readIncumbent, stepSeconds } from '@whetstone/runs'
import { showRound } from '@whetstone/reports/show-round.ts'

export default defineCommand({
  about: 'prints a finished round again and rebuilds its report (report.html, report.md, chart) from round.json',
  flags: {
    run: { type: 'string', default: 'tiny', about: "the run's name" },
    round: { type: 'number', min: 1, about: 'the round (default: the last)' },
  },
  examples: ['npx nx run loops:report', 'npx nx run loops:report --run=second --round=2'],
  async run({ run, round }) {
    const last = readIncumbent(checkRunName(run))?.round ?? 0
    const folder = paths.report(run, round ?? last)
    const file = join(folder, 'round.json')
    if (!existsSync(file))
      throw new BadInput(`Run ${run} has no finished round ${round ?? ''}: it has done ${last}. See npx nx run loops:status`)
    const finished = readJson(file, Round)
    const memory = join(folder, 'memory.json')
    await writeReport(folder, finished, {
      seconds: stepSeconds(join(folder, 'steps')),
      sections: existsSync(memory) ? readJson(memory, z.array(Section)) : [],
    })
    console.log(showRound(finished, relative(dataRoot, join(folder, 'report.html'))))
  },
})
