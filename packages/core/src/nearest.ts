/** The known word that a misspelt one was probably meant to be; null where none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  // letters of any script, without their accents
  const plain = (text: string) =>
    text
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]/gu, '')
  const wanted = plain(word)
  const scored = known
    .map((name) => ({ name, distance: plain(name) === wanted ? 0 : distance(wanted, plain(name)) }))
    .sort((a, b) => a.distance - b.distance)
  const [best] = scored
  if (best === undefined) return null
  const begins = known.filter((name) => wanted.length > 1 && (plain(name).startsWith(wanted) || wanted.startsWith(plain(name))))
  if (best.distance <= Math.max(1, Math.floor(Math.max(wanted.length, plain(best.name).length) / 3))) return best.name
  if (begins.length > 0) return begins.sort((a, b) => a.length - b.length)[0] as string
  // what begins alike for most of the word: trl-prefs is trl-preference
  const alike = scored.map(({ name }) => ({ name, common: shared(wanted, plain(name)) })).toSorted((a, b) => b.common - a.common)[0]
  return alike && alike.common >= 5 && alike.common >= 0.75 * wanted.length ? alike.name : null
}

const shared = (a: string, b: string): number => {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return at
}

/** `Did you mean "x"? ` where a near word is known, then the list of what is. */
export function suggest(word: string, known: readonly string[], plural: string): string {
  const near = nearest(word, known)
  // `tin` is tiny, `trl` may be several
  const begun =
    word.length > 2 && !known.includes(word) && (near?.length ?? 0) > word.length + 1
      ? known.filter((name) => name.toLowerCase().startsWith(word.toLowerCase()))
      : []
  const meant =
    begun.length > 1 && begun.length <= 8
      ? `did you mean one of ${begun.map((name) => `"${name}"`).join(', ')}? `
      : near === null
        ? ''
        : `did you mean "${near}"? `
  return `${meant}${plural}: ${known.join(', ') || 'none'}`
}

/** Insertions, deletions, replacements and swaps of neighbours that make one word of the other (optimal string alignment). */
function distance(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] as number) + Number(a[i - 1] !== b[j - 1])
      let least = Math.min((last[j] as number) + 1, (row[j - 1] as number) + 1, replaced)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (before[j - 2] as number) + 1)
      row.push(least)
    }
    ;[before, last] = [last, row]
  }
  return last[b.length] as number
}
