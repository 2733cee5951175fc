const names: Record<string, string> = {
  length: 'cut off at the limit',
  content_filter: "held back by the provider's filter",
  tool_calls: 'a tool call in place of an answer',
  empty: 'no answer at all',
  context: 'the prompt did not fit',
  vocabulary: 'the prompt holds what the model cannot read',
}

/** How attempts ended where the model did not stop by itself: `; ended otherwise: cut off at the limit 3, no answer at all 1`. */
export function showEnds(ends: Readonly<Record<string, number>>): string {
  const counted = Object.entries(ends).filter(([, count]) => count > 0)
  return counted.length === 0 ? '' : `; ended otherwise: ${counted.map(([name, count]) => `${names[name] ?? name} ${count}`).join(', ')}`
}
