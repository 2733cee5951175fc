import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Model } from '@whetstone/core'
import type { Incumbent } from '@whetstone/runs'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-rollback-'))
process.env['WHETSTONE_ROOT'] = scratch
const { writeJson } = await import('@whetstone/core')
const { scriptedModel } = await import('@whetstone/inference')
const { readIncumbent, readLooks, recordLook, roundFiles, roundNumbers, runFiles, writeIncumbent } = await import('@whetstone/runs')
const { rollbackRun } = await import('./rollback-run.ts')

const test = suite('rollback')
const incumbent = (round: number): Incumbent => ({
  round,
  model: { ...scriptedModel('m'), id: `after-${round}` } as Model,
  bank: null,
  best: [],
  frontier: null,
  looks: round,
})
test.before(() => {
  for (const round of [0, 1, 2, 3]) {
    const files = roundFiles('r', round)
    writeJson(files.served, incumbent(round))
    if (round === 0) continue
    for (const folder of [files.report, files.dataset]) mkdirSync(folder, { recursive: true })
    writeFileSync(files.traces, 'kept')
    recordLook('r', { round, alpha: 0.01, pValue: 0.001, promoted: true, withdrawn: false, bank: null })
  }
  writeIncumbent('r', incumbent(3))
})

test('goes back to what a round left, moves later rounds aside and keeps their looks spent', async () => {
  assert.equal(await rollbackRun('r', 1), { moved: [2, 3], serves: 'after-1' })
  assert.is(readIncumbent('r')?.model.id, 'after-1')
  assert.equal(roundNumbers('r'), [1])
  const aside = readdirSync(runFiles('r').datasets).filter((name) => /^undone-.*-round-00[23]$/.test(name))
  assert.is(aside.length, 2)
  assert.ok(existsSync(join(runFiles('r').datasets, aside[0] as string, 'traces.jsonl')), 'nothing is removed')
  assert.equal(
    readLooks('r').map(({ withdrawn }) => withdrawn),
    [false, true, true],
  )
  assert.equal(await rollbackRun('r', 1), { moved: [], serves: 'after-1' }, 'doing it again changes nothing')
})

test('to the beginning, and not beyond the end', async () => {
  assert.is((await rollbackRun('r', 0)).serves, 'after-0')
  const says = await rollbackRun('r', 4).then(
    () => '',
    (error: Error) => error.message,
  )
  assert.match(says, /has done 0 rounds: it cannot go back to round 4/)
})

test.after(() => rmSync(scratch, { recursive: true, force: true }))
test.run()
