import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { BadInput, startTool, templateArguments, type Message, type Sampling } from '@whetstone/core'
import { freezeDate } from './freeze-date.ts'
import type { RenderedChat } from './render-chat.ts'

/** Seconds of processor time for one rendering, and MiB of memory: a template takes some thousandths of either. */
const limits = { seconds: 1, memory: 256 }
/** Seconds until a rendering is given up whose processor time cannot be asked. */
const patience = 10

export type ChatRenderer = {
  /** Messages as the model reads them, up to where its answer begins. */
  render(messages: readonly Message[], asked?: Pick<Sampling, 'reasoning' | 'templateArguments'>): Promise<RenderedChat>
  end(): Promise<void>
}

/** Renders by a model's own chat template, in a process of its own, and on the day `date` where it asks for one: the template is data, and one that loops, recurses or hoards ends there, as BadInput here. */
export async function startChatRenderer(
  template: string | null,
  tokens: { bos: string | null; eos: string | null },
  date?: string,
): Promise<ChatRenderer> {
  const frozen = template === null || date === undefined ? { template } : freezeDate(template, date)
  const tool = startTool({
    file: process.execPath,
    args: [`--max-old-space-size=${limits.memory}`, '--no-warnings', join(import.meta.dirname, 'render-chat-process.ts')],
    pipes: ['stdin', 'stdout'],
  })
  let why = 'ends the process in which it is rendered: it nests too deeply, or wants more memory than there is for it'
  const lines = createInterface({ input: tool.stdout })[Symbol.asyncIterator]()
  const ask = async (asked: object): Promise<unknown> => {
    const begun = cpuSeconds(tool.pid)
    const started = performance.now()
    const clock = setInterval(() => {
      const spent = begun === null ? null : (cpuSeconds(tool.pid) ?? 0) - begun
      if (spent === null ? performance.now() - started < 1000 * patience : spent < limits.seconds) return
      why = `does not come to an end within ${limits.seconds} s`
      tool.kill()
    }, 50)
    try {
      tool.stdin.write(`${JSON.stringify(asked)}\n`)
      const line = await lines.next()
      if (line.done)
        throw new BadInput(`The model's chat template ${why}: mend the key tokenizer.chat_template, or take the model from elsewhere`)
      const { rendered, error } = JSON.parse(line.value) as { rendered?: unknown; error?: string }
      if (error !== undefined) throw new BadInput(error)
      return rendered
    } finally {
      clearInterval(clock)
    }
  }
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = (asked: object) => {
    const mine = last.then(
      () => ask(asked),
      () => ask(asked),
    )
    last = mine
    return mine
  }
  const end = async () => {
    tool.stdin.end()
    await tool.ended
  }
  try {
    await inTurn({ messages: [] }) // it stands ready: its start does not count as the template's time
    await inTurn({ ...frozen, tokens })
  } catch (error) {
    tool.kill()
    throw error
  }
  return {
    render: (messages, asked = {}) => inTurn({ messages, args: templateArguments(asked) }) as Promise<RenderedChat>,
    end,
  }
}

/** Processor time that a process has taken, in seconds; null where the system does not tell, or it is gone. Linux counts in hundredths. */
function cpuSeconds(pid: number | undefined): number | null {
  try {
    const fields = (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) as string).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return null
  }
}
