import type { Trace } from '@whetstone/core'

/** A trace for the benches: `samples` attempts a task, half of them right. */
export function scriptedTrace(index: number, how: { run: string; split: Trace['split']; role: string; samples: number }): Trace {
  const { run, split, role, samples } = how
  const [task, sample] = [Math.floor(index / samples), index % samples]
  const right = (Math.imul(index + (role === 'candidate' ? 7 : 1), 2654435761) >>> 16) % 2 === 0
  const question = `What is ${task} plus ${task + 1}? Think step by step and end with the number alone.`
  const answer = `First take ${task}, then add what is asked for (way ${sample}): ${right ? 2 * task + 1 : task - 1 - sample}`
  const said = [{ role: 'user' as const, content: question }]
  const call = {
    model: role,
    by: null,
    text: answer,
    reasoning: null,
    vocabulary: 'v',
    ids: Array.from({ length: 24 }, (_, n) => (index + n) % 32_000),
  }
  const tokens = { prompt: 20, completion: 24 }
  return {
    id: `trace-${role}-${index.toString(16).padStart(12, '0')}`,
    run,
    round: 1,
    task: `sum-${task}`,
    taskHash: `task-${task}`,
    taskset: 'sums',
    split,
    level: 1 + (task % 8),
    cluster: `sum-${task}`,
    policy: { model: role, bank: null },
    solver: 'direct',
    sample,
    seed: index,
    memories: { shown: index % 5 ? [] : [`memory-${index % 500}`], withheld: [] },
    calls: [
      {
        ...call,
        role: 'solver',
        messages: said,
        promptText: `<|user|>${question}<|assistant|>`,
        templateArguments: null,
        forced: [],
        logprobs: null,
        answer: true,
        grade: null,
        trains: true,
        seed: index,
        finish: 'stop',
        tokens,
        seconds: 0,
      },
    ],
    messages: [...said, { role: 'assistant', content: answer }],
    grade: { reward: Number(right), passed: right, parts: {}, reason: right ? 'correct' : 'wrong answer', feedback: '' },
    tokens,
    seconds: 0,
    finish: 'stop',
    truncated: false,
  }
}
