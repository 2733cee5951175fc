// The process in which a model's chat template is rendered: `render-chat-process.ts`, spoken to in lines. The first says the template and its tokens, each that follows messages to be rendered.
// A template is somebody else's program: whoever started us ends us where it takes too long, and Node itself where it wants too much memory.
import { createInterface } from 'node:readline'
import type { Message } from '@whetstone/core'
import { chatRenderer } from './render-chat.ts'

type Order = { template: string | null; tokens: { bos: string | null; eos: string | null }; variables?: Record<string, string> }
type Request = { messages: Message[]; args?: Record<string, unknown> }

let render: ReturnType<typeof chatRenderer> | undefined
const work = (line: string) => {
  const asked = JSON.parse(line) as Order | Request
  if ('messages' in asked) return render?.(asked.messages, asked.args)
  render = chatRenderer(asked.template, asked.tokens, asked.variables)
  return null
}
for await (const line of createInterface({ input: process.stdin })) {
  let reply: object
  try {
    reply = { rendered: work(line) }
  } catch (error) {
    reply = { error: (error as Error).message.slice(0, 2000) }
  }
  // oxlint-disable-next-line escapes/output -- JSON for who started us
  process.stdout.write(`${JSON.stringify(reply)}\n`)
}
