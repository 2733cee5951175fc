import { relative } from 'node:path'
import { levelText, root, type Round } from '@whetstone/core'
import type { FrozenTask, MemoryUse, TaskUse, WalkUp } from '@whetstone/runs'
import type { FoundMemory } from './memories-of.ts'

const line = (text: string, most = 160) => {
  const flat = text.replace(/\s+/g, ' ').trim()
  return flat.length > most ? `${flat.slice(0, most - 1)}…` : flat
}
const block = (text: string) =>
  text
    .split('\n')
    .map((each) => `      ${each}`)
    .join('\n')
const verdict = (promoted: boolean | null) => (promoted === null ? 'open' : promoted ? 'promoted' : 'kept back')

/** The walk from a trace, up and down, in words. */
export function showWalk(
  { trace, where, task, models, teachers, trained, shown, made }: WalkUp & { shown: FoundMemory[]; made: FoundMemory[] },
  whole: boolean,
): string {
  const { grade } = trace
  const parts = Object.entries(grade.parts).map(([name, value]) => `${name} ${Number(value.toFixed(3))}`)
  const answering = trace.calls?.findLast(({ answer }) => answer) ?? trace.calls?.at(-1)
  const prompt = answering?.promptText ?? null
  return [
    `trace    ${trace.id}  run ${trace.run}, round ${trace.round}, ${trace.split} attempt ${trace.sample}, ${trace.solver}, seed ${trace.seed}, ${trace.finish}`,
    `         ${relative(root, where)}`,
    `task     ${trace.task}  ${trace.taskset} level ${trace.level}${task ? `: ${line(task.prompt)}` : ' (not frozen with its round)'}`,
    ...(task ? [`         right answer: ${line(task.reference, 120)}`] : []),
    `answer   ${line(trace.messages.at(-1)?.content ?? '')}`,
    `grade    ${grade.passed ? 'passed' : 'failed'}, reward ${Number(grade.reward.toFixed(3))} (${[grade.reason, ...parts].filter(Boolean).join(', ')})`,
    ...(whole && trace.calls
      ? trace.calls.flatMap((call) => [
          `call     ${call.role}${call.by ? ` by ${call.by}` : ''}, ${call.model}, prompt as ${call.promptText === null ? 'messages' : 'rendered'}:`,
          block(call.promptText ?? call.messages.map(({ role, content }) => `${role}: ${content}`).join('\n')),
          '         said:',
          block(call.text),
        ])
      : [
          `prompt   ${
            prompt === null
              ? `${line(
                  trace.messages
                    .filter(({ role }) => role !== 'assistant')
                    .map(({ role, content }) => `${role}: ${content}`)
                    .join(' | '),
                )} (the backend does not tell it as rendered)`
              : line(prompt)
          }`,
        ]),
    `memories ${shown.length === 0 ? 'none shown' : shown.map(({ id, title, content }) => `${id}${title === null ? ' (in no bank any more)' : ` ${line(title, 60)}: ${line(content ?? '', 80)}`}`).join('\n         ')}${trace.memories.withheld.length > 0 ? `\n         held out: ${trace.memories.withheld.join(', ')}` : ''}`,
    ...models.map(
      ({ id, name, run, round, trainer, promoted, dataset }, place) =>
        `${place === 0 ? 'model   ' : '  parent'} ${id}  ${name ?? 'no card here'}${round === null ? (place === models.length - 1 ? ' (the seed)' : '') : `, candidate of ${run} round ${round}, ${verdict(promoted)}`}${trainer ? `, ${trainer}` : ''}${dataset ? ` on ${dataset}` : ''}`,
    ),
    ...(teachers.length === 0
      ? ['teachers none was asked']
      : teachers.map(
          ({ by, role, text, tokens }) => `teacher  ${by} as ${role}, ${tokens.prompt} + ${tokens.completion} tokens: ${line(text, 100)}`,
        )),
    ...(trained.length === 0
      ? ['trained  no round trained on it']
      : trained.map(({ run, round, examples, pairs, trainer, candidate, promoted }) =>
          examples === 0 && trainer?.endsWith(' sft')
            ? `pairs    ${run} round ${round}: in ${pairs} pair${pairs === 1 ? '' : 's'} for other trainers; its own training (${trainer}) reads rows alone`
            : `trained  ${run} round ${round}: ${examples} rows, ${pairs} pairs → ${candidate ?? 'no candidate'}, ${verdict(promoted)}`,
        )),
    ...made.map(({ id, title, retired }) => `distilled ${id} ${line(title ?? '', 80)}${retired ? ` (retired: ${retired})` : ''}`),
  ].join('\n')
}

export function showMemoryUses(id: string, memory: FoundMemory | null, uses: readonly MemoryUse[]): string {
  return [
    `memory   ${id}  ${memory?.title ?? 'in no bank any more'}`,
    ...(memory?.content ? [`         ${line(memory.content)}`] : []),
    ...(memory && memory.sourceTraces.length > 0
      ? [`from     task ${memory.sourceTask}, ${memory.sourceTraces.length} traces: ${memory.sourceTraces.slice(0, 4).join(', ')}`]
      : []),
    ...(memory?.retired ? [`retired  ${memory.retired}`] : []),
    ...(uses.length === 0
      ? ['shown    to no train attempt']
      : uses.map(
          ({ run, round, shown, withheld, examples }) =>
            `shown    ${run} round ${round}: to ${shown} train attempts, held out of ${withheld}${examples.length > 0 ? `: ${examples.join(', ')}` : ''}`,
        )),
  ].join('\n')
}

export function showTaskUses(
  id: string,
  task: FrozenTask | null,
  uses: readonly TaskUse[],
  round: Pick<Round, 'levelNames'> | null,
): string {
  const attempted = (attempts: number, arm: string) =>
    `${attempts} ${arm === 'train' ? 'train ' : ''}attempt${attempts === 1 ? '' : 's'}${arm === 'train' ? '' : ` by ${arm}`}`
  return [
    `task     ${id}${task ? `  ${task.split}, ${levelText(task, round)}: ${line(task.prompt)}` : ''}`,
    ...(task ? [`         right answer: ${line(task.reference, 120)}`] : []),
    ...uses.map(
      ({ run, round, arm, attempts, passed, trained, traces, file }) =>
        `tried    ${run} round ${round}: ${attempted(attempts, arm)}, ${passed} passed${arm === 'train' ? `, ${trained} rows` : ''}: ${traces.join(', ')}\n         ${relative(root, file)}`,
    ),
    ...(uses.length === 0 ? ['tried    by nobody yet: it is frozen with its round, and waits'] : []),
    ...(task && task.split !== 'train' ? [`rows     none: ${task.split} tasks are never harvested`] : []),
  ].join('\n')
}
