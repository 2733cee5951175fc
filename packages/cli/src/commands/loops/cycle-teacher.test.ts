// A teacher behind an endpoint (scripted here: it knows the answers) writes the train traces, and the tiny model's weights are trained on them by LoRA.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Round } from '@whetstone/core'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-teacher-'))
process.env['WHETSTONE_ROOT'] = scratch
process.env['WHETSTONE_PROGRESS'] = 'none'
const { openRun } = await import('@whetstone/runs')
const { cycle } = await import('@whetstone/loop/round/cycle.ts')
const { reportRound, roundScreen } = await import('@whetstone/reports/report-round.ts')
const { resolveRecipe } = await import('../../recipe/resolve-recipe.ts')

const test = suite('cycle with an endpoint')
const question = (i: number) => `Ann has ${i} pens and buys ${i + 3} more. How many pens has she now?`
/** Rows of pens from a number on: what is tested is not what is trained on. */
const rows = (from: number) =>
  Array.from({ length: 40 }, (_, index) => index + from).map((i) =>
    JSON.stringify({
      question: question(i),
      answer: `She has ${i}+${i + 3}=<<${i}+${i + 3}=${2 * i + 3}>>${2 * i + 3} pens.\n#### ${2 * i + 3}`,
    }),
  )
const data = join(scratch, 'data')

const server = createServer((request, response) => {
  let body = ''
  request.on('data', (text: Buffer) => (body += text.toString()))
  request.on('end', () => {
    response.setHeader('content-type', 'application/json')
    if (request.url?.endsWith('/models'))
      return response.end(JSON.stringify({ object: 'list', data: [{ id: 'scripted-teacher', object: 'model' }] }))
    const { messages, stream } = JSON.parse(body) as { messages: { role: string; content: string }[]; stream?: boolean }
    const pens = Number(/Ann has (\d+) pens/.exec(messages.at(-1)?.content ?? '')?.[1])
    const content = `She has ${2 * pens + 3}.\n#### ${pens % 4 === 0 ? 0 : 2 * pens + 3}` // wrong on every fourth
    const usage = { prompt_tokens: 20, completion_tokens: 8, total_tokens: 28 }
    const choice = { index: 0, finish_reason: 'stop' }
    if (!stream)
      return response.end(
        JSON.stringify({
          id: '1',
          object: 'chat.completion',
          created: 0,
          model: 'scripted-teacher',
          choices: [{ ...choice, message: { role: 'assistant', content } }],
          usage,
        }),
      )
    response.setHeader('content-type', 'text/event-stream')
    response.write(
      `data: ${JSON.stringify({ id: '1', object: 'chat.completion.chunk', created: 0, model: 'scripted-teacher', choices: [{ index: 0, delta: { role: 'assistant', content } }] })}\n\n`,
    )
    response.write(
      `data: ${JSON.stringify({ id: '1', object: 'chat.completion.chunk', created: 0, model: 'scripted-teacher', choices: [{ ...choice, delta: {} }], usage })}\n\n`,
    )
    response.end('data: [DONE]\n\n')
  })
})
let endpoint = ''

test.before(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { mkdirSync } = await import('node:fs')
  mkdirSync(data)
  for (const [file, from] of [
    ['train', 0],
    ['test', 100],
  ] as const)
    writeFileSync(join(data, `${file}.jsonl`), `${rows(from).join('\n')}\n`)
})

async function round(run: string, model?: string): Promise<{ round: Round; screen: string }> {
  const flags = { recipe: 'gsm8k', data, endpoint: [endpoint], limit: 24, samples: 1, model } as Parameters<typeof resolveRecipe>[0]
  const { recipe, base, roles } = await resolveRecipe(flags)
  const settings = { ...recipe.settings, context: 1024 }
  const sampling = { ...recipe.sampling, maxTokens: 24 }
  let screen = ''
  const [done] = await cycle({
    recipe: { ...recipe, sampling, settings, memory: null },
    base,
    roles,
    run,
    until: { rounds: 1 },
    seedGiven: false,
    threads: 2,
    signal: new AbortController().signal,
    report: reportRound,
    finished: (round) => (screen = roundScreen(round)),
    print: (text) => (screen = text),
  })
  return { round: done as Round, screen }
}

test("the teacher's passed traces train a LoRA on the weights that are here; a model that solves nothing is kept", async () => {
  const { round: done, screen } = await round('taught', 'models/tiny/whetstone-tiny-f32.gguf')
  assert.ok((done.training?.steps ?? 0) > 0)
  const reader = openRun('taught').round(1)
  assert.ok(existsSync(join(reader.files.checkpoint, 'adapter.gguf')))
  assert.match(reader.candidate()?.adapter ?? '', /adapter\.gguf$/)
  const traces = new Map((await Array.fromAsync(reader.traces.rows())).map((trace) => [trace.id, trace]))
  const examples = await Array.fromAsync(reader.examples())
  assert.ok(examples.length >= 10)
  for (const { trace } of examples) {
    assert.ok(traces.get(trace)?.grade.passed)
    assert.is.not(traces.get(trace)?.policy.model, done.incumbent.id)
  }
  assert.not.ok(done.decision.promoted)
  assert.match(screen, /=> kept: no evidence of improvement/)
})

test('an endpoint alone: rows are exported, nothing is trained, and the screen says so', async () => {
  const { round: done, screen } = await round('elsewhere')
  assert.is(done.training, null)
  assert.ok(done.harvest.kept >= 10)
  assert.ok((await Array.fromAsync(openRun('elsewhere').round(1).examples())).length >= 10)
  assert.match(screen, /nothing was trained: the weights are elsewhere/)
})

test('an endpoint that is not there is one line', async () => {
  server.closeAllConnections()
  await new Promise((closed) => server.close(closed))
  let message = ''
  await round('gone').catch((error: Error) => (message = error.message))
  assert.match(message, /does not answer.*--endpoint/)
  assert.not.match(message, /\n/)
})

test.after(() => rmSync(scratch, { recursive: true, force: true }))
test.run()
