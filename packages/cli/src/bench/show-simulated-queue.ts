import { simulateQueue } from './simulate-queue.ts'

/** As measured: the coordinator's work for a job of 256 requests at 0.3 ms each; one death in ten hours, one job in a hundred five times as long. */
const usual = { coordinator: 0.0768, ahead: 8, deaths: 0.1, back: 60, lock: 30, stragglers: { share: 0.01, factor: 5 }, seed: 1 }

/** How well workers are used, in percent: a row a length of job, a column a number of workers. */
export function showSimulatedQueue(): string {
  const workers = [1, 2, 4, 10, 100, 1000]
  const row = (cells: readonly string[]) => cells.map((cell, i) => (i === 0 ? cell.padEnd(22) : cell.padStart(8))).join('')
  const rows = [1, 10, 30, 60].flatMap((seconds) =>
    [2, 8].map((ahead) =>
      row([
        `${seconds} s, ${ahead} ahead`,
        ...workers.map((count) =>
          (100 * simulateQueue({ ...usual, ahead, seconds, workers: count, jobs: Math.max(400, 40 * count) }).efficiency).toFixed(0),
        ),
      ]),
    ),
  )
  return [
    row(['job, jobs a worker', ...workers.map((count) => `${count}`)]),
    ...rows,
    'percent of the workers\u2019 time that is work',
  ].join('\n')
}
