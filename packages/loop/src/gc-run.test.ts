import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Model } from '@whetstone/core'
import type { Incumbent } from '@whetstone/runs'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-gc-'))
process.env['WHETSTONE_ROOT'] = scratch
const { memoryId } = await import('@whetstone/core')
const { scriptedModel } = await import('@whetstone/inference')
const { openBank } = await import('@whetstone/memory')
const { bankTag, roundFiles, runFiles, writeIncumbent } = await import('@whetstone/runs')
const { writeJson } = await import('@whetstone/core')
const { lexicalEmbedder } = await import('@whetstone/similarity')
const { findGarbage, gcRun, showGarbage } = await import('./gc-run.ts')

const test = suite('gc')
const last = 30
const put = (file: string, text: string) => (mkdirSync(dirname(file), { recursive: true }), writeFileSync(file, text))
const weights = (round: number) => join(roundFiles('r', round).checkpoint, 'candidate.gguf')
/** Rounds 2, 12, 22 … promote; round 2's weights are still the best on a level. */
const promoted = (round: number) => Math.floor((round - 2) / 10) * 10 + 2
const state = (round: number): Incumbent => ({
  round,
  model: { ...(scriptedModel('m') as Model), path: round < 2 ? null : weights(promoted(round)) },
  bank: bankTag(round),
  best:
    round < 12
      ? []
      : [{ taskset: 't', level: 1, round: 2, model: { ...(scriptedModel('m') as Model), path: weights(2) }, bank: bankTag(2) }],
  frontier: null,
  looks: round,
})
const bytes = (path: string): number =>
  statSync(path).isDirectory() ? readdirSync(path).reduce((sum, name) => sum + bytes(join(path, name)), 0) : statSync(path).size

/** Bytes of the bank after each round in which some memories are learned and some retired. */
const grown: number[] = []
test.before(async () => {
  await using bank = await openBank({ uri: runFiles('r').bank, embedder: lexicalEmbedder() })
  await bank.tag(bankTag(0))
  for (let round = 1; round <= last; round++) {
    const files = roundFiles('r', round)
    const memories = Array.from({ length: 20 }, (_, index) => {
      const item = { title: `${round} ${index}`, description: '', content: `line ${round} ${index} ${'x'.repeat(200)}`, sourceTask: 's' }
      return { ...item, id: memoryId(item), sourceTraces: ['t'], success: true, createdAt: '2026', embedding: [], reflector: 'test' }
    })
    await bank.remember(memories)
    await bank.retire(memories.slice(0, 10).map(({ id }) => ({ id, reason: 'harmful', detail: 'test' })))
    await bank.tag(bankTag(round))
    await bank.compact()
    grown.push(bytes(runFiles('r').bank))
    put(files.traces, 'a trace\n')
    put(weights(round), 'weights')
    put(join(files.checkpoint, 'card.json'), '{}')
    put(`${files.traces}.index`, 'index')
    writeJson(files.served, state(round))
  }
  writeIncumbent('r', state(last))
})

test('a bank grows with what it holds, not with its square', () => {
  const [early, late] = [(grown[14] as number) - (grown[4] as number), (grown[29] as number) - (grown[19] as number)]
  assert.ok(late < 2.5 * early, `ten rounds added ${early} bytes, ten later ones ${late}`)
})

test('weights that nothing serves go, what the last rounds, the incumbent and the best of a level serve stays, and cards and traces stay', async () => {
  const would = findGarbage('r', 3)
  assert.ok(existsSync(weights(5)), 'it only says')
  const weighed = would.files.filter(({ path }) => path.endsWith('candidate.gguf')).map(({ path }) => Number(/round-(\d+)/.exec(path)?.[1]))
  assert.equal(
    weighed,
    Array.from({ length: 27 }, (_, index) => index + 1).filter((round) => ![2, 22].includes(round)),
  )
  assert.match(showGarbage(would).join('\n'), /checkpoints\/r\/round-001\/candidate\.gguf {2}\(round 1: nothing serves it\)/)
  const before = bytes(runFiles('r').bank)
  await gcRun('r', 3)
  for (const round of [2, 22, 28, 29, 30]) assert.ok(existsSync(weights(round)), `round ${round}`)
  for (let round = 1; round <= last; round++) {
    assert.ok(existsSync(join(roundFiles('r', round).checkpoint, 'card.json')))
    assert.ok(existsSync(roundFiles('r', round).traces))
  }
  assert.not.ok(existsSync(weights(5)))
  assert.equal(findGarbage('r', 3).files, [], 'doing it again finds nothing')
  await using bank = await openBank({ uri: runFiles('r').bank, embedder: null })
  const tags = (await bank.tags()).map(({ name }) => name)
  assert.equal(tags, [2, 27, 28, 29, 30].map(bankTag))
  assert.is(await bank.size(), 10 * last)
  assert.ok(bytes(runFiles('r').bank) <= before)
  writeIncumbent('r', { ...state(last), best: [] })
  for (const round of [27, 28, 29, 30]) writeJson(roundFiles('r', round).served, { ...state(round), best: [] })
  await gcRun('r', 3)
  assert.not.ok(existsSync(weights(2)))
  assert.ok(bytes(runFiles('r').bank) < 0.7 * before, `${bytes(runFiles('r').bank)} of ${before} bytes are left`)
  await using left = await openBank({ uri: runFiles('r').bank, embedder: null, tag: bankTag(27) })
  assert.is(await left.size(), 270)
})

test.after(() => rmSync(scratch, { recursive: true, force: true }))
test.run()
