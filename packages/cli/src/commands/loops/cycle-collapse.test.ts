// A planted collapse on the real tiny model: shuffled answers under a gate that promotes everything.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Round } from '@whetstone/core'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-collapse-'))
process.env['WHETSTONE_ROOT'] = scratch
process.env['WHETSTONE_PROGRESS'] = 'none'
const { cycle } = await import('@whetstone/loop/round/cycle.ts')
const { rollbackRun } = await import('@whetstone/loop/round/rollback-run.ts')
const { reportRound, roundScreen } = await import('@whetstone/reports/report-round.ts')
const { readIncumbent } = await import('@whetstone/runs')
const { resolveRecipe } = await import('../../recipe/resolve-recipe.ts')

const test = suite('a planted collapse')
test('is seen after the first round, ends the run, and can be undone', async () => {
  const flags = { recipe: 'tiny-collapse', seed: 3, limit: 64, samples: 1, threads: 2 } as Parameters<typeof resolveRecipe>[0]
  const { recipe, base } = await resolveRecipe(flags)
  const printed: string[] = []
  const rounds: Round[] = await cycle({
    recipe,
    base,
    run: 'planted',
    until: { rounds: 3 },
    seedGiven: true,
    threads: 2,
    signal: new AbortController().signal,
    report: reportRound,
    finished: (round) => printed.push(roundScreen(round)),
    print: (text) => printed.push(text),
  })
  assert.is(rounds.length, 1, 'two of three rounds are not begun')
  assert.ok(rounds[0]?.decision.promoted)
  assert.match(rounds[0]?.decision.reason ?? '', /^promoted: by gate always; the real one: kept/)
  const { monitor } = rounds[0] as Round
  assert.match(monitor?.regression ?? '', /addition level 3 fell from \d+\.\d% at the start to \d\.\d%/)
  assert.match(printed[0] ?? '', /\n  REGRESSION [\s\S]*fell from/)
  assert.match(printed.at(-1) ?? '', /^Run planted stops after round 1: .*loops:rollback --run=planted --to=0/)
  await rollbackRun('planted', 0)
  assert.is(readIncumbent('planted')?.model.id, base.id)
})

test.after(() => rmSync(scratch, { recursive: true, force: true }))
test.run()
