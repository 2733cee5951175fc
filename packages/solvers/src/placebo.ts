import type { Completion, Fault, LanguageModel, Teacher } from '@whetstone/core'
import { deriveSeed, isFault, random } from '@whetstone/core'

/**
 * A teacher whose words are replaced by worthless ones, as the control of what they do. `gibberish`: characters drawn from all that it said, of
 * the same length; `shuffled`: what it said about another attempt of the batch. It is asked as ever, so that costs are the same.
 */
export function placebo(kind: 'gibberish' | 'shuffled', teacher: Teacher): Teacher {
  return {
    name: `${kind} ${teacher.name}`,
    async open() {
      const inner = await teacher.open()
      const model: LanguageModel = {
        model: inner.model,
        async *generate(requests, options): AsyncGenerator<Completion | Fault> {
          const replies = new Map<string, Completion | Fault>()
          for await (const reply of inner.generate(requests, options)) replies.set(reply.id, reply)
          // In the order of asking, whoever finished first.
          const said = requests.map(({ id }) => replies.get(id) as Completion | Fault)
          const characters = said.flatMap((reply) => (isFault(reply) ? [] : [...reply.text.replace(/\s/g, '')]))
          for (const [i, reply] of said.entries()) {
            if (isFault(reply)) yield reply
            else yield { ...reply, text: kind === 'shuffled' ? another(said, i) : drawn(reply.text, characters, requests[i]!.seed) }
          }
        },
        [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
      }
      return model
    },
  }
}

/** What was said next to another request, half the batch further on. */
function another(said: readonly (Completion | Fault)[], i: number): string {
  const other = said[(i + Math.max(1, Math.floor(said.length / 2))) % said.length] as Completion | Fault
  return isFault(other) || said.length === 1 ? '' : other.text
}

function drawn(text: string, characters: readonly string[], seed: number): string {
  const next = random(deriveSeed(seed, 'placebo'))
  return [...text].map(() => characters[Math.floor(next() * characters.length)] as string).join('')
}
