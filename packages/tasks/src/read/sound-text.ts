import { BadInput } from '@whetstone/core'

/** Text that no model should be shown: a character that was lost before, or a NUL that ends a text in native tools. */
export function soundText(text: string, where: string): string {
  const at = text.search(/[\uFFFD\0]/)
  if (at < 0) return text
  const what =
    text[at] === '\0'
      ? 'U+0000, which ends a text in native tools'
      : 'U+FFFD, which stands for a character that was lost when the file was made'
  throw new BadInput(`${where}: character ${at + 1} is ${what}: mend or remove the row`)
}
