import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { simulateQueue, type QueueShape } from './simulate-queue.ts'

const test = suite('simulated queue')
const shape: QueueShape = {
  workers: 1,
  jobs: 400,
  seconds: 20,
  coordinator: 0,
  ahead: 2,
  deaths: 0,
  back: 60,
  lock: 30,
  stragglers: { share: 0, factor: 1 },
  seed: 1,
}
const near = (value: number, wanted: number, by: number) => assert.ok(Math.abs(value - wanted) < by, `${value}, not ${wanted}`)

test('one worker takes the sum of its jobs; more workers share them', () => {
  near(simulateQueue(shape).seconds / (400 * 20), 1, 0.02)
  for (const workers of [2, 4, 8]) near(simulateQueue({ ...shape, workers }).efficiency, 1, 0.06)
})

test('a coordinator that is slower than all workers together is the limit', () => {
  const { seconds, coordinatorBusy } = simulateQueue({ ...shape, workers: 100, jobs: 4000, coordinator: 1 })
  near(seconds, 4000, 60)
  assert.ok(coordinatorBusy > 0.98)
})

test('deaths cost the work begun and the wait for the lock, and every job is done', () => {
  const well = simulateQueue({ ...shape, workers: 8 })
  const ill = simulateQueue({ ...shape, workers: 8, deaths: 6 })
  assert.ok(ill.jobsAgain > 5 && ill.seconds > well.seconds, JSON.stringify(ill))
})

test('a straggler holds back what lies too far ahead of it: a wider window costs less', () => {
  const stragglers = { share: 0.01, factor: 10 }
  const [narrow, wide] = [2, 8].map((ahead) => simulateQueue({ ...shape, workers: 50, jobs: 5000, ahead, stragglers }).efficiency)
  assert.ok((wide as number) > (narrow as number) + 0.05, `${narrow} ${wide}`)
})

test.run()
