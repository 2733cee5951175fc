import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readJson, writeJson } from '@whetstone/core'
import { runFiles } from '@whetstone/runs'
import { z } from 'zod'
import { metricsOf, type Hook, type RunEvent } from '../run-event.ts'

/** Which run of the server a run of ours is told to, so that a later sitting goes on with it. */
const Told = z.object({ uri: z.string(), run_id: z.string() })
/** Most metrics and parameters of a call, as the REST interface documents them. */
const most = { metrics: 1000, params: 100 }
/** Longest value of a parameter. */
const longest = 500
/** Longest wait for the server, in milliseconds. */
const patience = 10_000

/**
 * MLflow over its REST interface (api/2.0/mlflow), no client of theirs: a run of ours is a run there, settings are parameters, figures are metrics over rounds, the training's course over its steps. The
 * server is named by MLFLOW_TRACKING_URI; MLFLOW_TRACKING_TOKEN, where set, is sent as a bearer token; MLFLOW_EXPERIMENT_NAME names the experiment (default: whetstone).
 */
const hook: Hook = {
  name: 'mlflow',
  about: 'an MLflow server by its REST interface; MLFLOW_TRACKING_URI names it',
  async hear(event) {
    const uri = process.env['MLFLOW_TRACKING_URI']?.trim().replace(/\/+$/, '')
    if (!uri || !/^https?:\/\//.test(uri)) throw new Error('MLFLOW_TRACKING_URI is not set to an http address')
    const id = await runAt(uri, event)
    const { round, training, time } = event
    const timestamp = time.getTime()
    const metrics = [
      ...[...metricsOf(round)].map(([key, value]) => ({ key: named(key), value, timestamp, step: round.round })),
      ...training.flatMap(({ step, loss, heldOut }) =>
        Object.entries({ loss, held_out_loss: heldOut }).flatMap(([name, value]) =>
          value === undefined ? [] : [{ key: `training/round-${round.round}/${name}`, value, timestamp, step }],
        ),
      ),
    ]
    for (let from = 0; from < metrics.length; from += most.metrics)
      await call(uri, 'runs/log-batch', { run_id: id, metrics: metrics.slice(from, from + most.metrics), params: [], tags: [] })
  },
}
export default hook

/** Names there hold letters, digits and a few marks. */
const named = (name: string) => name.replace(/[^\w.\-/ ]/g, '_')

async function runAt(uri: string, { run, settings, time }: RunEvent): Promise<string> {
  const file = join(runFiles(run).reports, 'mlflow.json')
  const known = existsSync(file) ? readJson(file, Told) : null
  if (known?.uri === uri) return known.run_id
  const experiment = await experimentAt(uri, process.env['MLFLOW_EXPERIMENT_NAME'] || 'whetstone')
  const made = await call(uri, 'runs/create', { experiment_id: experiment, run_name: run, start_time: time.getTime(), tags: [] })
  const id = z.object({ run: z.object({ info: z.object({ run_id: z.string() }) }) }).parse(made).run.info.run_id
  const params = [...settings].map(([key, value]) => ({ key: named(key).slice(0, 250), value: value.slice(0, longest) }))
  for (let from = 0; from < params.length; from += most.params)
    await call(uri, 'runs/log-batch', { run_id: id, metrics: [], params: params.slice(from, from + most.params), tags: [] })
  writeJson(file, { uri, run_id: id })
  return id
}

async function experimentAt(uri: string, name: string): Promise<string> {
  const found = await fetch(`${uri}/api/2.0/mlflow/experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`, {
    headers: headers(),
    signal: AbortSignal.timeout(patience),
  })
  if (found.ok) return z.object({ experiment: z.object({ experiment_id: z.string() }) }).parse(await found.json()).experiment.experiment_id
  return z.object({ experiment_id: z.string() }).parse(await call(uri, 'experiments/create', { name })).experiment_id
}

async function call(uri: string, method: string, body: unknown): Promise<unknown> {
  const answer = await fetch(`${uri}/api/2.0/mlflow/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers() },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(patience),
  })
  if (!answer.ok) throw new Error(`${method}: HTTP ${answer.status}: ${(await answer.text()).slice(0, 200)}`)
  return answer.json()
}

function headers(): Record<string, string> {
  const token = process.env['MLFLOW_TRACKING_TOKEN']?.trim()
  return token ? { authorization: `Bearer ${token}` } : {}
}
