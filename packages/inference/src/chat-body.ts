import type { GenerateRequest } from '@whetstone/core'

/**
 * Who reads the request: llama-server takes all of our sampling, OpenAI only its own fields, others (vLLM, Together, Fireworks, …) most of
 * both.
 */
export type Dialect = 'llama-server' | 'openai' | 'other'

/** The body of POST /chat/completions. Fields outside OpenAI's own are sent only where they are understood. */
export function chatBody(model: string, { messages, seed, sampling }: GenerateRequest, dialect: Dialect) {
  const { temperature, maxTokens, topK, topP, minP, repeatPenalty, presencePenalty, frequencyPenalty, stop, grammar, reasoning } = sampling
  const standard = {
    model,
    messages: messages.map(({ role, content }) => ({ role, content })),
    stream: true as const,
    stream_options: { include_usage: true },
    temperature,
    seed,
    // Newer OpenAI models refuse max_tokens; elsewhere max_completion_tokens is not yet known everywhere.
    ...(dialect === 'openai' ? { max_completion_tokens: maxTokens } : { max_tokens: maxTokens }),
    ...defined({ top_p: topP, presence_penalty: presencePenalty, frequency_penalty: frequencyPenalty }),
    ...(stop && stop.length > 0 ? { stop: [...stop] } : {}),
  }
  const thinking = reasoning !== 'off'
  const template = {
    chat_template_kwargs: {
      enable_thinking: thinking,
      ...(reasoning === undefined ? {} : { thinking }), // Granite's and DeepSeek's name for it
      ...sampling.templateArguments,
    },
  }
  if (dialect === 'openai') return standard
  if (dialect === 'other')
    return {
      ...standard,
      ...defined({ top_k: topK, min_p: minP, repetition_penalty: repeatPenalty }),
      ...(reasoning === undefined && sampling.templateArguments === undefined ? {} : template),
    }
  return {
    ...standard,
    // llama-server has defaults of its own (top-k 40, top-p 0.95, min-p 0.05): what is not asked for is off.
    top_k: topK ?? 0,
    top_p: topP ?? 1,
    min_p: minP ?? 0,
    repeat_penalty: repeatPenalty ?? 1,
    ...template,
    ...defined({ grammar, reasoning_budget_tokens: typeof reasoning === 'object' ? reasoning.budget : undefined }),
  }
}

function defined<T extends Record<string, unknown>>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
