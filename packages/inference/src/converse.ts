import {
  BedrockRuntimeClient,
  ConverseCommand,
  type ContentBlock,
  type ConverseCommandInput,
  type Message as BedrockMessage,
} from '@aws-sdk/client-bedrock-runtime'
import { BadInput, redact } from '@whetstone/core'
import type { GenerateRequest, Sampling } from '@whetstone/core'
import type { Asked } from './ask-all.ts'
import { connectionTrouble } from './connection-trouble.ts'
import { retryAfter, tooLong } from './provider-error.ts'
import { partAnswer, tokenCount } from './read-answer.ts'

export type Converse = {
  where: string
  /** Asks once: an answer, or why there is none. */
  ask(request: GenerateRequest, signal: AbortSignal): Promise<Asked>
  close(): void
}

/** Bedrock's Converse API through the AWS SDK; retries are the caller's. */
export function openConverse({ model, region, timeout }: { model: string; region: string; timeout: number }): Converse {
  const client = new BedrockRuntimeClient({
    region,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 10_000, requestTimeout: timeout * 1000 },
  })
  const where = `Bedrock in ${region}`
  return {
    where,
    async ask(request, signal) {
      const started = performance.now()
      const limit = AbortSignal.timeout(timeout * 1000)
      const input = converseInput(model, request, where)
      try {
        const { output, stopReason, usage } = await client.send(new ConverseCommand(input), {
          abortSignal: AbortSignal.any([signal, limit]),
        })
        return {
          id: request.id,
          ...readBlocks(output?.message?.content ?? [], stopReason ?? ''),
          ...tokensOf(usage),
          seconds: (performance.now() - started) / 1000,
        }
      } catch (error) {
        signal.throwIfAborted()
        if (limit.aborted) return { kind: 'retry', message: `no answer within ${timeout} s` }
        return converseError(request.id, error)
      }
    },
    close: () => client.destroy(),
  }
}

/** What Converse has no field for, by our names, with the value that asks for nothing. */
const unknown: readonly [keyof Sampling, unknown][] = [
  ['topK', 0],
  ['minP', 0],
  ['repeatPenalty', 1],
  ['presencePenalty', 0],
  ['frequencyPenalty', 0],
  ['grammar', ''],
]

/**
 * The body of POST /model/{id}/converse. It takes no seed, and no sampling but temperature, top-p, length and stop strings: what else is asked for is refused by name.
 * Turns must alternate, the user's first; turns of one role in a row become one.
 */
export function converseInput(
  model: string,
  { messages, sampling }: Pick<GenerateRequest, 'messages' | 'sampling'>,
  where: string,
): ConverseCommandInput {
  const asked = unknown.filter(([name, none]) => sampling[name] !== undefined && sampling[name] !== none).map(([name]) => name)
  if (typeof sampling.reasoning === 'object') asked.push('reasoning')
  if (asked.length > 0)
    throw new BadInput(
      `${where}: Converse takes no ${asked.join(', ')}: leave ${asked.length > 1 ? 'them' : 'it'} out of the role's sampling, or use the preset bedrock:MODEL`,
    )
  const turns: BedrockMessage[] = []
  for (const { role, content } of messages) {
    if (role === 'system') continue
    const last = turns.at(-1)
    // Bedrock refuses empty texts.
    const block = { text: content === '' ? ' ' : content }
    if (last?.role === role) last.content?.push(block)
    else turns.push({ role, content: [block] })
  }
  if (turns[0]?.role !== 'user') throw new BadInput(`${where}: Converse begins with a turn of the user, and there is none`)
  const system = messages.flatMap(({ role, content }) => (role === 'system' && content !== '' ? [{ text: content }] : []))
  return {
    modelId: model,
    messages: turns,
    system: system.length > 0 ? system : undefined,
    inferenceConfig: {
      maxTokens: sampling.maxTokens,
      temperature: sampling.temperature,
      topP: sampling.topP,
      stopSequences: sampling.stop && sampling.stop.length > 0 ? [...sampling.stop] : undefined,
    },
  }
}

/** Text and thoughts of an answer, and how it ended. */
function readBlocks(blocks: readonly ContentBlock[], reason: string) {
  const text = blocks.map((block) => block.text ?? '').join('')
  const thoughts = blocks.map((block) => block.reasoningContent?.reasoningText?.text ?? '').join('')
  const calls = blocks.some((block) => block.toolUse !== undefined)
  return partAnswer({ text, thoughts, reason, calls, refused: false, whole: 'end_turn' })
}

const tokensOf = (usage: { inputTokens?: number | undefined; outputTokens?: number | undefined } | undefined) => ({
  tokens: { prompt: tokenCount(usage?.inputTokens) ?? 0, completion: tokenCount(usage?.outputTokens) ?? 0 },
})

/** Sorts the SDK's errors as `providerError` sorts those of OpenAI's protocol. */
function converseError(id: string, error: unknown): Asked {
  const { name, message, $metadata, $response } = error as Error & {
    $metadata?: { httpStatusCode?: number }
    $response?: { headers?: Record<string, string> }
  }
  const status = $metadata?.httpStatusCode
  const said = redact(`${status === undefined ? '' : `HTTP ${status}: `}${name}: ${message}`.replace(/\s+/g, ' ').slice(0, 300))
  if (/Credentials|TokenProvider/.test(name))
    return {
      kind: 'refused',
      message:
        'has no credentials: set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, in the environment or in .env',
    }
  if (status === undefined) return connectionTrouble(error)
  if (status === 400 && tooLong.test(message)) return { id, text: '', finish: 'context', tokens: { prompt: 0, completion: 0 }, seconds: 0 }
  if ([401, 403, 404].includes(status)) return { kind: 'refused', message: said, status }
  if ([408, 409, 424, 425, 429].includes(status) || status >= 500)
    return { kind: 'retry', message: said, status, wait: retryAfter(headersOf($response?.headers)) }
  return { kind: 'fault', message: said, status }
}

/** HTTP/2 has headers of its own (`:status`), which are none elsewhere. */
function headersOf(headers: Record<string, string> = {}): Headers {
  return new Headers(Object.entries(headers).filter(([name]) => !name.startsWith(':')))
}
