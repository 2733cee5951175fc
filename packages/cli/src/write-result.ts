import { writeAtomic, writeJson } from '@whetstone/core'
import { relative, resolve } from 'node:path'
import { here } from './here.ts'

const write = process.stdout.write.bind(process.stdout)
const written: string[] = []

/** From now on stdout is for the result alone; what commands say goes to stderr. Called by main where an output is `-`. */
export function keepStdoutForResult(): void {
  process.stdout.write = process.stderr.write.bind(process.stderr)
}

/** Writes a command's figures as JSON to a file, or to stdout for `-`. Nothing where the flag was not given. */
export function writeResult(file: string | undefined, value: unknown): void {
  if (file === '-') write(`${JSON.stringify(value, null, 2)}\n`)
  else if (file !== undefined) {
    writeJson(file, value)
    written.push(file)
  }
}

/** The same for text. */
export function writeText(file: string | undefined, text: string): void {
  if (file === '-') write(text)
  else if (file !== undefined) {
    writeAtomic(file, text)
    written.push(file)
  }
}

/** The files that a command wrote by the two above, in a line as its user names them, when it is done; null where there are none. */
export function sayWritten(): string | null {
  if (written.length === 0) return null
  const names = written.splice(0).map((file) => {
    const near = relative(here, resolve(file))
    return near.startsWith('..') ? resolve(file) : near
  })
  return `Wrote ${names.join(', ')}`
}
