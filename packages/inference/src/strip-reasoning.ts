/** An answer parted from the reasoning before it. */
export type Stripped = {
  text: string
  reasoning?: string
  /** The think block never ended: the attempt was cut off before it answered, so `text` is empty. */
  unclosed: boolean
}

/**
 * Parts `<think>…</think>answer` as reasoning models write it. `opened` says that the prompt itself ended with `<think>`,
 * as some chat templates have it, so that the answer begins inside the block. Without any think block the text is returned as it is.
 */
export function stripReasoning(text: string, options: { opened?: boolean } = {}): Stripped {
  const thoughts: string[] = []
  let rest = text
  let inside = options.opened ?? false
  for (;;) {
    const start = /^\s*<think>/.exec(rest)
    if (start) rest = rest.slice(start[0].length)
    const end = rest.indexOf('</think>')
    // A closing tag alone also ends a block: endpoints whose template opens it do not tell us.
    const begun = start !== null || inside || thoughts.length === 0
    if (end === -1 || !begun) {
      if (start === null && !inside) break
      thoughts.push(rest.trim())
      return { text: '', ...kept(thoughts), unclosed: true }
    }
    thoughts.push(rest.slice(0, end).trim())
    rest = rest.slice(end + '</think>'.length)
    inside = false
  }
  return thoughts.length === 0 ? { text, unclosed: false } : { text: rest.trimStart(), ...kept(thoughts), unclosed: false }
}

const kept = (thoughts: readonly string[]) => {
  const reasoning = thoughts.filter((thought) => thought !== '').join('\n\n')
  return reasoning === '' ? {} : { reasoning }
}
