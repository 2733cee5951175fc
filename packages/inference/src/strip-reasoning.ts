/** An answer parted from the reasoning before it. */
export type Stripped = {
  text: string
  reasoning?: string
  /** The reasoning block never ended: the attempt was cut off before it answered, so `text` is empty. */
  unclosed: boolean
}

const think = ['<think>', '</think>'] as const
/** What models that speak in channels write between the reasoning and the answer, or before an answer without any. */
const channel = /^\s*(?:<\|start\|>assistant)?<\|channel\|>final<\|message\|>/

/**
 * Parts `<think>…</think>answer` as reasoning models write it. `opened` says that the prompt itself ended inside the block, as some chat templates have it, so that the
 * answer begins there; `marks` are the model's own, where it has others. Without any block the text is returned as it is.
 */
export function stripReasoning(text: string, options: { opened?: boolean; marks?: readonly [string, string] } = {}): Stripped {
  const [open, close] = options.marks ?? think
  const thoughts: string[] = []
  let rest = text
  let inside = options.opened ?? false
  for (;;) {
    const start = rest.trimStart().startsWith(open)
    if (start) rest = rest.trimStart().slice(open.length)
    const end = rest.indexOf(close)
    // A closing tag alone also ends a block: endpoints whose template opens it do not tell us.
    const begun = start || inside || thoughts.length === 0
    if (end === -1 || !begun) {
      if (!start && !inside) break
      thoughts.push(rest.trim())
      return { text: '', ...kept(thoughts), unclosed: true }
    }
    thoughts.push(rest.slice(0, end).trim())
    rest = rest.slice(end + close.length)
    inside = false
  }
  rest = rest.replace(channel, '')
  return thoughts.length === 0 ? { text: rest, unclosed: false } : { text: rest.trimStart(), ...kept(thoughts), unclosed: false }
}

const kept = (thoughts: readonly string[]) => {
  const reasoning = thoughts.filter((thought) => thought !== '').join('\n\n')
  return reasoning === '' ? {} : { reasoning }
}
