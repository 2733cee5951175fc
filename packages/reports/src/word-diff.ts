/** A run of words that both texts have, or that only one has. */
export type Part = { kind: 'same' | 'removed' | 'added'; text: string }

/** Longest texts compared word by word; longer ones are shown whole. */
const most = 1500

/** The words in which two texts differ: the longest common subsequence (Wagner and Fischer 1974), O(words of one x words of the other). */
export function wordDiff(before: string, after: string): Part[] {
  const [a, b] = [split(before), split(after)]
  if (a.length > most || b.length > most)
    return before === after
      ? [{ kind: 'same', text: before }]
      : [
          { kind: 'removed', text: before },
          { kind: 'added', text: after },
        ]
  const width = b.length + 1
  const length = new Uint16Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      length[i * width + j] =
        a[i] === b[j]
          ? (length[(i + 1) * width + j + 1] as number) + 1
          : Math.max(length[(i + 1) * width + j] as number, length[i * width + j + 1] as number)
  const parts: Part[] = []
  const add = (kind: Part['kind'], word: string) => {
    const last = parts.at(-1)
    if (last?.kind === kind) last.text += word
    else parts.push({ kind, text: word })
  }
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      add('same', a[i++] as string)
      j++
    } else if (i < a.length && (j >= b.length || (length[(i + 1) * width + j] as number) >= (length[i * width + j + 1] as number)))
      add('removed', a[i++] as string)
    else add('added', b[j++] as string)
  }
  return parts
}

const split = (text: string) => text.match(/\s+|[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? []
