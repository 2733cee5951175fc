// datasets:trace, aggregate, stats and push on a run of three rounds, written by hand as the loop leaves it.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Model, Trace } from '@whetstone/core'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-walk-'))
process.env['WHETSTONE_ROOT'] = scratch
process.env['WHETSTONE_HERE'] = scratch
process.env['WHETSTONE_PROGRESS'] = 'none'
const { appendRows, taskHash, writeJson } = await import('@whetstone/core')
const { exportDataset } = await import('@whetstone/datasets')
const { roundFiles, writeRun } = await import('@whetstone/runs')
const { toExample, toPairs } = await import('@whetstone/harvest')
const { scriptedTrace } = await import('@whetstone/harvest/scripted-trace.ts')
const { runInProcess: run } = await import('../../run-in-process.ts')

const test = suite('rows of runs')
test.after(() => rmSync(scratch, { recursive: true, force: true }))

const at = (name: string) => join(scratch, name)
const jsonOf = async (name: string, ...args: string[]) => {
  const { status, said } = await run(name, ...args, `--json=${at('out.json')}`)
  assert.is(status, 0, said)
  return JSON.parse(readFileSync(at('out.json'), 'utf8')) as Record<string, never>
}

/** Rounds of a run: each attempts four tasks twice, right and wrong, and trains on the right ones; the candidate of one round attempts the next. */
async function writeRounds(name: string, rounds: number): Promise<void> {
  writeRun({ run: name, recipe: 'tiny', seed: 1, base: 'model-seed', createdAt: '', recipes: [] })
  for (let round = 1; round <= rounds; round++) {
    const files = roundFiles(name, round)
    const model = round === 1 ? 'model-seed' : `model-${round - 1}`
    const traces = [0, 1, 2, 3].flatMap((i) =>
      [true, false].map((right, sample): Trace => ({
        ...scriptedTrace({ answer: right ? `${i + i}` : 'no idea', right }),
        ...{
          id: `trace-${name}-${round}-${i}-${sample}`,
          run: name,
          round,
          task: `sum-${round}-${i}`,
          sample,
          level: round,
          policy: { model, bank: null },
        },
        messages: [
          { role: 'user', content: `What is ${i}+${i} in round ${round}?` },
          { role: 'assistant', content: right ? `${i + i}` : 'no idea' },
        ],
        memories: { shown: i === 0 ? ['memory-a'] : [], withheld: i === 1 ? ['memory-a'] : [] },
        calls: [
          {
            ...{
              role: 'critic',
              model: 'model-teacher',
              by: 'big teacher',
              messages: [],
              text: 'look again',
              reasoning: null,
              promptText: null,
              templateArguments: null,
            },
            ...{
              vocabulary: null,
              ids: null,
              forced: [],
              logprobs: null,
              answer: false,
              grade: null,
              trains: false,
              seed: 1,
              finish: 'stop' as const,
              tokens: { prompt: 3, completion: 2 },
              seconds: 0,
            },
          },
        ],
      })),
    )
    appendRows(files.traces, traces)
    const tasks = [0, 1, 2, 3].map((i) => ({
      id: `sum-${round}-${i}`,
      taskset: 'sums',
      split: 'train' as const,
      prompt: `What is ${i}+${i} in round ${round}?`,
      reference: `${i + i}`,
      level: round,
      cluster: 'c',
      metadata: {},
    }))
    appendRows(
      files.tasks,
      tasks.map((task) => ({ ...task, hash: taskHash(task), grader: { name: 'exact', version: '1' } })),
    )
    const how = { memories: 'keep' as const, instruction: () => null, seed: 1, vocabulary: null }
    const right = traces.filter(({ grade }) => grade.passed)
    await exportDataset({
      ...{ run: name, round, folder: files.dataset, formats: [], createdAt: '' },
      examples: right.map((trace) => ({ row: toExample(trace, how), trace })),
      pairs: toPairs(traces, { perTask: 1, vocabulary: null }),
    })
    const candidate: Partial<Model> = {
      id: `model-${round}`,
      name: `m round ${round}`,
      path: null,
      parent: model,
      trainer: 'llama-train sft',
      dataset: `dataset-${round}`,
      createdAt: '',
    }
    writeJson(files.candidate, candidate)
  }
}
test.before(async () => {
  await writeRounds('one', 3)
  await writeRounds('two', 1)
})

test('from a row of round 3 up to the seed, and down to the rounds that trained on it', async () => {
  const exported = await run('datasets:export', '--run=one', '--round=3', '--format=trl-preference', `--out=${at('pairs.jsonl')}`)
  assert.is(exported.status, 0, exported.said)
  const walked = await jsonOf('datasets:trace', `--file=${at('pairs.jsonl')}`, '--line=2')
  const { row, walks } = walked as unknown as {
    row: { how: string }
    walks: {
      trace: Trace
      task: { reference: string }
      models: { id: string }[]
      trained: { round: number; examples: number; pairs: number; candidate: string }[]
      teachers: { by: string }[]
    }[]
  }
  assert.is(row.how, 'named in the side file')
  assert.equal(
    walks.map(({ trace }) => trace.id),
    ['trace-one-3-1-0', 'trace-one-3-1-1'],
  )
  assert.equal(
    walks[0]?.models.map(({ id }) => id),
    ['model-2', 'model-1', 'model-seed'],
  )
  assert.equal([walks[0]?.task.reference, walks[0]?.teachers[0]?.by], ['2', 'big teacher'])
  assert.equal(walks[0]?.trained, [{ run: 'one', round: 3, examples: 1, pairs: 1, trainer: null, candidate: 'model-3', promoted: null }])
})

for (const format of ['llama-factory-alpaca', 'sharegpt', 'openai', 'parquet', 'chatml'])
  test(`a row of ${format} without its side file is found by content`, async () => {
    const ending = { parquet: 'parquet', 'llama-factory-alpaca': 'json' }[format] ?? 'jsonl'
    assert.is(
      (await run('datasets:export', '--run=one', '--round=2', `--format=${format}`, `--out=${at(`${format}/whole.${ending}`)}`)).status,
      0,
    )
    const alone = at(`alone-${format}.${ending}`)
    copyFileSync(at(`${format}/whole.${ending}`), alone)
    const walked = await jsonOf('datasets:trace', `--file=${alone}`, '--line=3', `--format=${format}`)
    const { row, walks } = walked as unknown as { row: { how: string }; walks: { trace: Trace }[] }
    assert.equal([row.how, walks.map(({ trace }) => trace.id)], ['found by content', ['trace-one-2-2-0', 'trace-two-1-2-0'].slice(0, 1)])
  })

test('down from a memory, a task and a trace; what is nowhere is said', async () => {
  assert.match((await run('datasets:trace', '--row=memory-a')).said, /one round 2: to 2 train attempts, held out of 2/)
  assert.match((await run('datasets:trace', '--row=sum-1-3', '--run=one')).said, /one round 1: 2 train attempts, 1 passed, 1 rows/)
  assert.match(
    (await run('datasets:trace', '--row=trace-one-1-0-1')).said,
    /grade    failed[\s\S]*no round trained on it|trained  one round 1: 0 rows, 1 pairs/,
  )
  for (const [args, wanted] of [
    [['--row=trace-none'], /No trace "trace-none"/],
    [['--row=sum-9'], /No trace, memory or task is called "sum-9"/],
    [[`--file=${at('pairs.jsonl')}`, '--line=99'], /has no row on line 99: it has 4 rows/],
    [[], /takes either --row=ID or --file/],
  ] as const)
    assert.match((await run('datasets:trace', ...args)).said, wanted)
})

test('aggregate keeps, merges and grows, and again changes nothing; its rows are walked and exported', async () => {
  const first = await jsonOf('datasets:aggregate', '--runs=one', `--out=${at('all')}`)
  assert.equal([first['rows'], first['added']], [12, 12] as never)
  const second = await jsonOf('datasets:aggregate', '--runs=one,two', `--out=${at('all')}`)
  assert.equal([second['rows'], second['added'], second['merged']], [12, 0, 4] as never)
  const bytes = readFileSync(at('all/rows.jsonl'), 'utf8')
  const third = await jsonOf('datasets:aggregate', '--runs=one,two', `--out=${at('all')}`)
  assert.equal([third['added'], third['merged'], readFileSync(at('all/rows.jsonl'), 'utf8') === bytes], [0, 0, true] as never)
  const partly = await jsonOf('datasets:aggregate', '--runs=one', '--filters=cap-per-task:limit=1', `--out=${at('capped')}`)
  assert.is(partly['rows'] as never as number, 12)
  assert.match((await run('datasets:trace', `--file=${at('all/rows.jsonl')}`, '--line=1')).said, /named in the row: 2 traces/)
  const exported = await run('datasets:export', `--from=${at('all')}`, '--format=openai', `--out=${at('all.jsonl')}`)
  assert.match(exported.said, /12 rows/)
  assert.match((await run('datasets:aggregate', '--runs=one', '--filters=nope', `--out=${at('x')}`)).said, /No filter "nope"/)
})

test('stats say what a file holds', async () => {
  const stats = await jsonOf('datasets:stats', `--file=${at('pairs.jsonl')}`)
  assert.equal([stats['kind'], stats['rows'], stats['questions'], stats['chosenLonger']], ['preference', 4, 4, 0] as never)
  assert.match((await run('datasets:stats', '--run=one', '--round=1')).said, /4 sft rows[\s\S]*questions +4/)
})

test('push shows what it would send; with --upload the hub gets every file and a card that it can read', async () => {
  const got: { method: string; url: string; body: string; authorization: string | undefined }[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = Buffer.concat(parts).toString('utf8')
      const url = request.url ?? ''
      got.push({ method: request.method ?? '', url, body, authorization: request.headers.authorization })
      response.setHeader('content-type', 'application/json')
      if (request.headers.authorization !== 'Bearer hf_write') return response.writeHead(401).end('{"error":"no"}')
      if (url.startsWith('/api/datasets/me/rows?') || url === '/api/datasets/me/rows')
        return response.writeHead(404).end('{"error":"none"}')
      if (url.startsWith('/api/repos/create')) return response.end('{"url":"x"}')
      if (url.includes('/preupload/')) {
        const { files } = JSON.parse(body) as { files: { path: string }[] }
        return response.end(JSON.stringify({ files: files.map(({ path }) => ({ path, uploadMode: 'regular' })) }))
      }
      if (url.includes('/commit/'))
        return response.end(JSON.stringify({ success: true, commitOid: 'abc123', commitUrl: 'u', hookOutput: '' }))
      response.writeHead(404).end('{}')
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  process.env['HF_ENDPOINT'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    const flags = ['--repo=me/rows', '--run=one', '--round=3', '--validation=0.3', '--license=cc-by-4.0']
    const dry = await run('datasets:push', ...flags)
    assert.match(dry.said, /Would push to .*\/datasets\/me\/rows: 4 rows[\s\S]*Nothing was sent/)
    assert.is(got.length, 0)
    assert.match((await run('datasets:push', ...flags, '--upload')).said, /needs a token/)
    process.env['HF_TOKEN'] = 'hf_wrong'
    const refused = await run('datasets:push', ...flags, '--upload')
    assert.match(refused.said, /HF_TOKEN may not write there/)
    assert.ok(!refused.said.includes('hf_wrong'))
    process.env['HF_TOKEN'] = 'hf_write'
    const pushed = await run('datasets:push', ...flags, '--upload')
    assert.match(pushed.said, /Pushed to .*\(commit abc123\)/)
    assert.ok(
      got.some(({ url, body }) => url.startsWith('/api/repos/create') && /"visibility":"private"/.test(body)),
      got.map(({ method, url, body }) => `${method} ${url} ${body.slice(0, 200)}`).join('\n'),
    )
    const commit = got.findLast(({ url }) => url.includes('/commit/main'))?.body ?? ''
    const sent = commit
      .trim()
      .split('\n')
      .flatMap((line) => {
        const { key, value } = JSON.parse(line) as { key: string; value: { path: string; content: string } }
        return key === 'file' ? [[value.path, Buffer.from(value.content, 'base64').toString('utf8')] as const] : []
      })
    assert.equal(
      sent.map(([path]) => path).sort(),
      ['README.md', 'train.jsonl', 'train.validation.jsonl'].filter((path) => path !== 'x').sort(),
    )
    const { checkHubCard } = await import('@whetstone/datasets')
    const front = checkHubCard(sent.find(([path]) => path === 'README.md')?.[1] ?? '')
    assert.equal([front.license, front.configs[0]?.data_files.map(({ split }) => split).sort()], ['mit', ['train', 'validation']])
    assert.is(
      sent.reduce((sum, [path, text]) => sum + (path.endsWith('.jsonl') ? text.trim().split('\n').filter(Boolean).length : 0), 0),
      4,
    )
  } finally {
    server.close()
    delete process.env['HF_TOKEN']
    delete process.env['HF_ENDPOINT']
  }
  assert.match((await run('datasets:push', '--repo=rows')).said, /needs --repo=OWNER\/NAME, got "rows"/)
})

test('two LLaMA-Factory files share one dataset_info.json; one that says something else of a name ends the export with nothing left', async () => {
  assert.is((await run('datasets:export', '--run=one', '--round=1', '--format=llama-factory-alpaca', `--out=${at('lf/a.json')}`)).status, 0)
  const second = await run('datasets:export', '--run=one', '--round=1', '--format=llama-factory-ranking', `--out=${at('lf/b.json')}`)
  assert.is(second.status, 0, second.said)
  assert.equal(Object.keys(JSON.parse(readFileSync(at('lf/dataset_info.json'), 'utf8')) as object), ['a', 'b'])
  writeFileSync(at('lf/dataset_info.json'), '{"c": {"file_name": "other.json"}}')
  assert.match(
    (await run('datasets:export', '--run=one', '--round=1', '--format=llama-factory-alpaca', `--out=${at('lf/c.json')}`)).said,
    /dataset_info\.json exists/,
  )
  assert.ok(!existsSync(at('lf/c.json')) && !existsSync(at('lf/c.provenance.jsonl')))
})

test('nothing is overwritten unasked', async () => {
  writeFileSync(at('mine.jsonl'), 'mine')
  assert.match((await run('datasets:export', '--run=one', '--round=1', `--out=${at('mine.jsonl')}`)).said, /mine\.jsonl exists/)
  assert.is(statSync(at('mine.jsonl')).size, 4)
  assert.ok(!existsSync(at('mine.provenance.jsonl')))
})

test.run()
