import type { Trace } from '@whetstone/core'
import { openRun, type TraceFile } from '@whetstone/runs'

/** The exact prompts of a round with what they were sampled with: the first attempt of the train tasks and of each arm, as they were rendered, special tokens included. */
export async function showPrompts(run: string, round: number): Promise<string> {
  const reader = openRun(run).round(round)
  const recipe = openRun(run)
    .record()
    ?.recipes.findLast((each) => each.round <= round)?.recipe as { sampling?: unknown; settings?: { evalSamples?: number } } | undefined
  const first = async (traces: TraceFile): Promise<Trace | null> => {
    for await (const trace of traces.rows()) return trace
    return null
  }
  const files = [{ name: 'train', traces: reader.traces }, ...reader.arms().map(({ name, traces }) => ({ name, traces }))]
  const shown: string[] = [
    `sampling ${JSON.stringify(recipe?.sampling ?? 'not told')}; validation ${(recipe?.settings?.evalSamples ?? 1) === 1 ? 'greedy, one attempt a task' : `${recipe?.settings?.evalSamples} attempts a task`}`,
  ]
  for (const { name, traces } of files) {
    const trace = traces.exists ? await first(traces) : null
    if (!trace) continue
    const call = trace.calls?.find(({ answer }) => answer) ?? trace.calls?.[0]
    const prompt =
      call?.promptText ??
      trace.messages
        .filter(({ role }) => role !== 'assistant')
        .map(({ role, content }) => `[${role}] ${content}`)
        .join('\n')
    shown.push(
      `--- ${name}: ${trace.task}, ${trace.policy.model}, ${trace.policy.bank === null ? 'no memory' : `bank ${trace.policy.bank}`}, seed ${call?.seed ?? trace.seed}, ${trace.tokens.prompt} tokens${call?.promptText ? '' : ' (messages: the backend does not tell what it rendered)'}`,
      prompt,
      `--- answered (${trace.finish}, ${trace.grade.passed ? 'passed' : 'failed'}): ${call?.text ?? ''}`,
    )
  }
  return shown.join('\n')
}
