import { duration, points } from '@whetstone/core'
import type { Plan } from '@whetstone/runs'

/** Seconds of an attempt, by a probe: what was under way when it ended was half done on average. */
export const secondsEach = ({ attempts, seconds, underway = 0 }: Omit<Plan['probe'], 'ungraded'>): number =>
  seconds / Math.max(1, attempts + underway / 2)

/** Seconds of train attempts and of those that see no grades, by a probe. */
export const samplingOfPlan = (probe: Plan['probe'], { train, arms }: { train: number; arms: number }): number =>
  train * secondsEach(probe) + arms * secondsEach(probe.ungraded ?? probe)

/** The plan on a terminal of 80 columns. */
export function showPlan(
  { train, arms, validation, probe, foreseen, minimumDetectableEffect: effect, tasks = [], longest }: Plan,
  { run, round, trains, short = [] }: { run: string; round: number; trains: boolean; short?: readonly string[] },
): string {
  const speed = 1 / Math.max(secondsEach(probe), 1e-4)
  const megabytes = (bytes: number) => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`)
  return [
    `Round ${round} of ${run}: ${train} train attempts${trains ? ', training' : ''}, ${arms} arms of ${validation} tasks`,
    ...tasks.map(({ taskset, found }) => indented('tasks', `${taskset}: ${found}`)),
    ...(longest
      ? [
          indented(
            'longest',
            longest.fits
              ? `the prompt of ${longest.task} has ${longest.tokens} tokens of a context of ${longest.context}, which must hold the answer too`
              : `the prompt of ${longest.task} does not fit into a context of ${longest.context} tokens: such attempts fail as "context" (--set settings.context=N)`,
          ),
        ]
      : []),
    ...(foreseen
      ? [
          `  time     about ${duration(foreseen.sampling + foreseen.training + foreseen.rest)}: sampling ${duration(foreseen.sampling)} (probe: ${speed.toFixed(1)}/s${probe.ungraded ? `, without grades ${(1 / Math.max(secondsEach(probe.ungraded), 1e-4)).toFixed(1)}/s` : ''})${trains ? `, training ${duration(foreseen.training)}` : ''}`,
          `           ${foreseen.rounds > 0 ? `corrected by what ${foreseen.rounds} earlier round${foreseen.rounds === 1 ? '' : 's'} took here` : 'by the probe and the size of the model: the next plan knows better'}`,
          `  needs    about ${megabytes(foreseen.memory)} of memory at most, ${megabytes(foreseen.disk)} of disk`,
        ]
      : []),
    ...short.map((says) => indented('short', says)),
    `  power    the gate sees gains from ${points(effect)} points (80% power)`,
  ].join('\n')
}

/** A line of the plan under its name, on 80 columns. */
function indented(name: string, text: string): string {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < 68) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.map((line, at) => `  ${(at === 0 ? name : '').padEnd(9)}${line}`).join('\n')
}
