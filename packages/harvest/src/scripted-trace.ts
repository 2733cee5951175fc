import type { Trace } from '@whetstone/core'

let count = 0
/** A trace for tests: right or wrong, said so, everything else alike. */
export const scriptedTrace = (more: Partial<Omit<Trace, 'grade'>> & { answer?: string; right?: boolean; system?: string } = {}): Trace => {
  const { answer = '4', right = true, system, ...rest } = more
  const id = `trace-${count++}`
  return {
    id,
    run: 'r',
    round: 1,
    task: 't1',
    taskset: 'sums',
    split: 'train',
    level: 1,
    cluster: 't1',
    policy: { model: 'm', bank: null },
    solver: 'direct',
    sample: count,
    seed: 1,
    memories: { shown: system ? ['memory-1'] : [], withheld: [] },
    taskHash: null,
    calls: null,
    messages: [
      ...(system ? [{ role: 'system' as const, content: system }] : []),
      { role: 'user', content: '2+2=' },
      { role: 'assistant', content: answer },
    ],
    grade: { reward: Number(right), passed: right, parts: {}, reason: '', feedback: '' },
    tokens: { prompt: 1, completion: 1 },
    seconds: 0,
    finish: 'stop',
    truncated: false,
    ...rest,
  }
}
