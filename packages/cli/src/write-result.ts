import { writeAtomic, writeJson } from '@whetstone/core'

const write = process.stdout.write.bind(process.stdout)

/** From now on stdout is for the result alone; what commands say goes to stderr. Called by main where an output is `-`. */
export function keepStdoutForResult(): void {
  process.stdout.write = process.stderr.write.bind(process.stderr)
}

/** Writes a command's figures as JSON to a file, or to stdout for `-`. Nothing where the flag was not given. */
export function writeResult(file: string | undefined, value: unknown): void {
  if (file === '-') write(`${JSON.stringify(value, null, 2)}\n`)
  else if (file !== undefined) writeJson(file, value)
}

/** The same for text. */
export function writeText(file: string | undefined, text: string): void {
  if (file === '-') write(text)
  else if (file !== undefined) writeAtomic(file, text)
}
