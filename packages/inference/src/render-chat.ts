import { Template } from '@huggingface/jinja'
import { BadInput } from '@whetstone/core/bad-input.ts' // alone: the process that renders starts the sooner
import type { Message } from '@whetstone/core'

/** A prompt as the model reads it. `opened` says that it ends inside a think block. */
export type RenderedChat = { text: string; opened: boolean }

/** Characters that a template may write of its own; of each that it is given it may write eight. */
const mostAdded = 1 << 20

/** What llama.cpp takes for a model without a template of its own. */
const chatml = [
  '{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}',
  '{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}',
].join('')

/** Renders messages by a model's own Jinja chat template, up to where the answer begins. `variables` are told to it always, `args` with these messages. */
export function chatRenderer(
  template: string | null,
  tokens: { bos: string | null; eos: string | null },
  variables: Record<string, string> = {},
): (messages: readonly Message[], args?: Record<string, unknown>) => RenderedChat {
  const compiled = compile(template ?? chatml)
  return (messages, args = {}) => {
    const values = {
      add_generation_prompt: true,
      bos_token: tokens.bos ?? '',
      eos_token: tokens.eos ?? '',
      // On unless it is turned off, as llama.cpp has it; templates without thinking do not look at it.
      enable_thinking: true,
      ...('enable_thinking' in args ? { thinking: args['enable_thinking'] } : {}), // Granite's and DeepSeek's name for it
      ...variables,
      ...args,
    }
    const render = (turns: readonly Message[]) => {
      const text = compiled.render({ ...values, messages: turns })
      const given = JSON.stringify(turns).length
      if (text.length > mostAdded + 8 * given) throw new Error(`it makes ${text.length} characters of ${given}`)
      return { text, opened: text.trimEnd().endsWith('<think>') }
    }
    try {
      return render(messages)
    } catch (error) {
      // Some templates refuse system messages (Gemma's): llama.cpp then puts them before the user's words, and so do we.
      const merged = mergeSystem(messages)
      if (merged === messages) throw new BadInput(`The model's chat template cannot render these messages: ${(error as Error).message}`)
      try {
        return render(merged)
      } catch {
        throw new BadInput(`The model's chat template cannot render these messages: ${(error as Error).message}`)
      }
    }
  }
}

function compile(template: string): Template {
  try {
    return new Template(template)
  } catch (error) {
    throw new BadInput(`The model's chat template is not Jinja we can read: ${(error as Error).message.split('\n')[0]}`)
  }
}

/** The same messages with each system message at the head of the next user message; the same array when there is none to merge. */
function mergeSystem(messages: readonly Message[]): readonly Message[] {
  if (!messages.some(({ role }) => role === 'system')) return messages
  const merged: Message[] = []
  let held = ''
  for (const message of messages) {
    if (message.role === 'system') held += `${message.content}\n\n`
    else if (message.role === 'assistant') merged.push(message)
    else {
      merged.push({ role: 'user', content: held + message.content })
      held = ''
    }
  }
  return held === '' ? merged : [...merged, { role: 'user', content: held.trimEnd() }]
}
