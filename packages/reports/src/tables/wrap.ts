/** Columns that a terminal surely has. */
export const columns = 80

/** A sentence in lines of at most 78 columns, all but the first further in. */
export function wrap(sentence: string, indent = '', width = columns): string {
  const lines: string[] = []
  let line = ''
  for (const word of sentence.split(' ')) {
    const room = width - 2 - indent.length - (lines.length > 0 ? 2 : 0)
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  lines.push(line)
  return lines.map((each, index) => `${indent}${index > 0 ? '  ' : ''}${each}`).join('\n')
}
