/** What a gold answer looks like, in a word or two. */
export function answerKind(reference: string): string {
  if (/^[-+−]?[\d.,\s]*\d%?$/.test(reference)) return 'number'
  if (/^\(?[A-Ja-j]\)?$/.test(reference)) return 'letter'
  if (/^(yes|no|true|false)$/i.test(reference)) return 'yes or no'
  if (/[\\^{}]|\$.*\$/.test(reference)) return 'formula'
  if (/^[[{]/.test(reference)) return 'JSON'
  return reference.length <= 40 ? 'short text' : 'long text'
}

/** How many answers are of which kind: `57 number, 3 short text`. */
export function countKinds(references: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const reference of references) {
    const kind = answerKind(reference)
    counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}
