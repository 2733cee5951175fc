// Records that were torn or flipped in the middle of a round: it ends as the undisturbed one, or stops with a sentence, and ends so when what the sentence says is done.
import { cpSync, existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { clear, cycle, inRound, kills, lines, next, pick, runUndisturbed, sameAs, scratch, start, until } from './tortured-round.ts'

const test = suite('torture: wounds')
test.before(runUndisturbed)

test('records that were torn or flipped in the middle of a round', async () => {
  const stopped = join(scratch, 'stopped')
  const run = start(stopped)
  await until(run, () => lines(inRound(stopped, 'checkpoints', 'metrics.jsonl')) >= 3)
  run.child.kill('SIGKILL')
  await run.ended
  for (let wound = 0; wound < Math.max(2, kills / 5); wound++) {
    const folder = join(scratch, `wounded-${wound}`)
    cpSync(stopped, folder, { recursive: true })
    const says = injure(folder)
    let { code, output } = await start(folder).ended
    for (let mends = 0; code !== 0 && mends < 3; mends++) {
      clear(`${says} ${output}`)
      assert.is(code, 1, says)
      ;({ code, output } = await start(folder, [...cycle, ...mended(folder, output, says)]).ended)
    }
    assert.is(code, 0, `${says}: ${output}`)
    sameAs(folder, says)
  }
})

/** Does what a sentence says: takes the flag that it names, or brings back the file. */
function mended(folder: string, output: string, says: string): string[] {
  const sentence = output.trim().split('\n').at(-1) as string
  if (kills > 3) console.log(`${says}: ${sentence}`)
  const [flag] = /--redo-from=\w+/.exec(sentence) ?? []
  if (flag) return [flag]
  const [, file = ''] = /^(\S+?)(?::| is)/.exec(sentence) ?? []
  assert.ok(file.startsWith(folder) && existsSync(file) && /bring it back from a copy/.test(sentence), `${says}: no remedy in ${output}`)
  cpSync(join(scratch, 'stopped', file.slice(folder.length)), file, { recursive: true, force: true })
  return []
}

/** Tears a file of the run in two, or flips one bit of it. */
function injure(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/lock|\.log$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => statSync(file).size > 0)
    .sort()
  const file = pick(files)
  const size = statSync(file).size
  const at = Math.floor(next() * size)
  const tear = next() < 0.5
  if (tear) truncateSync(file, at)
  else {
    const bytes = readFileSync(file)
    bytes[at] = (bytes[at] as number) ^ (1 << Math.floor(next() * 8))
    writeFileSync(file, bytes)
  }
  return `${tear ? 'torn' : 'flipped'} at ${at} of ${size}: ${file.slice(folder.length)}`
}

test.run()
