import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readJson, root, Round, runTool } from '@whetstone/core'
import { defineCommand } from '../../command.ts'

export default defineCommand({
  about:
    'the whole path on the tiny model with few tasks, in a scratch folder, under a minute: for your CI. Exit code 0 when every step worked, whatever the gate decided',
  flags: { keep: { type: 'boolean', about: 'keep the scratch folder and say where it is' } },
  examples: ['npx nx run loops:smoke'],
  async run({ keep }, signal) {
    const scratch = mkdtempSync(join(tmpdir(), 'whetstone-smoke-'))
    try {
      const started = performance.now()
      const output = await runTool({
        file: process.execPath,
        args: [join(root, 'packages/cli/whetstone.mjs'), 'loops:cycle', '--recipe=tiny', '--run=smoke', '--limit=64', '--samples=1'],
        env: { WHETSTONE_ROOT: scratch },
        inheritStderr: true,
        signal,
      })
      console.log(output.trim())
      const report = join(scratch, 'reports/smoke/round-001')
      const round = readJson(join(report, 'round.json'), Round)
      for (const file of ['report.html', 'report.md', 'arms.png'])
        if (!existsSync(join(report, file))) throw new Error(`${join(report, file)} was not written`)
      console.log(
        `\nSmoke passed in ${((performance.now() - started) / 1000).toFixed(1)} s: ${round.evaluations.length} evaluations, ${round.training?.steps ?? 0} training steps, ${round.bank.size} memories, a decision and a report`,
      )
    } finally {
      if (keep) console.log(`Kept ${scratch}`)
      else rmSync(scratch, { recursive: true, force: true })
    }
  },
})
