// A disk that fills up: the round stops with a sentence and goes on, as if nothing had been, where there is room.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { clear, kills, next, runUndisturbed, sameAs, scratch, start } from './tortured-round.ts'

const test = suite('torture: disk')
test.before(runUndisturbed)

test('a disk that fills up stops the round with a sentence, and it goes on where there is room', async () => {
  let full = 0
  const points = Math.max(1, (3 * kills) / 10)
  for (let point = 0; point < points; point++) {
    const small = join(scratch, `small-${point}`)
    mkdirSync(small)
    const size = Math.floor(1e6 + 9e6 * next())
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', small]).status !== 0) {
      process.stdout.write('\nSKIP a small disk: this user may not mount one\n')
      return
    }
    try {
      const { code, output } = await start(small).ended
      clear(`${size} bytes: ${output}`)
      if (code !== 0) {
        full++
        assert.match(output, /[Dd]isk (is )?full|make room|are free|No space/, `${size} bytes: ${output}`)
      }
      const roomy = join(scratch, `roomy-${point}`)
      cpSync(small, roomy, { recursive: true })
      const again = await start(roomy).ended
      assert.is(again.code, 0, `${size} bytes: ${again.output}`)
      sameAs(roomy, `after a disk of ${size} bytes`)
    } finally {
      spawnSync('umount', [small])
    }
  }
  if (kills > 3) console.log(`${full} of ${Math.ceil(points)} disks filled up`)
})

test.run()
