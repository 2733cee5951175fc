import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { BadInput } from '@whetstone/core'
import type { pickSets } from './pick-sets.ts'

/** A folder for a test's result files, removed by `remove`. */
export function resultFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'whetstone-compare-'))
  const write = (name: string, text: string) => {
    const file = join(folder, name)
    mkdirSync(join(file, '..'), { recursive: true })
    writeFileSync(file, text)
    return file
  }
  return {
    folder,
    jsonl: (name: string, rows: readonly unknown[]) => write(name, rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
    json: (name: string, value: unknown) => write(name, JSON.stringify(value, null, 2)),
    remove: () => rmSync(folder, { recursive: true }),
  }
}

/** The one comparison that was picked. */
export function only(picked: Awaited<ReturnType<typeof pickSets>>) {
  assert.is(picked.length, 1)
  return picked[0] as (typeof picked)[number]
}

/** Asserts that the work is refused as bad input with such a message. */
export async function refused(work: () => unknown, pattern: RegExp): Promise<void> {
  try {
    await work()
  } catch (error) {
    assert.instance(error, BadInput)
    assert.match((error as Error).message, pattern)
    return
  }
  assert.unreachable('should have been refused')
}
