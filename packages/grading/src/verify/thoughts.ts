const ends = /<\/(?:think|thinking|thought|reasoning)>|\[\/THINK\]|◁\/think▷|<\|channel\|>\s*final\s*(?:<\|message\|>)?/g
const begins = /<(?:think|thinking|thought|reasoning)>|\[THINK\]|◁think▷|<\|channel\|>\s*analysis/
const hint = /think|reasoning|thought|channel/i

/** What a model says once it has thought: what follows the last mark of an end, up to a thought that was never finished. */
export function withoutThoughts(text: string): string {
  if (!hint.test(text)) return text
  let from = 0
  for (const match of text.matchAll(ends)) from = match.index + match[0].length
  const spoken = text.slice(from)
  const open = spoken.search(begins)
  return open < 0 ? spoken : spoken.slice(0, open)
}
