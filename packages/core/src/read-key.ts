import { BadInput } from './bad-input.ts'

/** The key of an environment variable, white space around it taken off. A byte that no HTTP header can hold is named by its place; the key is shown nowhere. */
export function readKey(variable: string): string | undefined {
  const key = process.env[variable]?.trim()
  if (!key) return undefined
  const bad = [...key].findIndex((character) => !/^[\x21-\x7E]$/.test(character))
  if (bad >= 0)
    throw new BadInput(
      `${variable} holds a character at place ${bad + 1} that no key has (a space, a line feed or a letter beyond ASCII): copy the key again`,
    )
  return key
}
