import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '@whetstone/core'
import { pullFrom } from './pull-from.ts'
import gsm8k from '@whetstone/tasks/tasksets/gsm8k.ts'
import { fakeFileServer } from '@whetstone/tasks/fake-file-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'datasets-pull-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
/** Forty rows of our own in GSM8K's form. */
const parquet = readFileSync(join(import.meta.dirname, 'pears.parquet'))
const at = (name: string) => `/datasets/openai/gsm8k/resolve/main/main/${name}-00000-of-00001.parquet`
const whole = {
  [at('train')]: { content: parquet, hub: {} },
  [at('test')]: { content: parquet, hub: {}, breakAfter: { bytes: 700, times: 1 } },
}

const pull = (data: string, hub: string, flags: string[]) => pullFrom(hub, data, flags)
const fresh = () => mkdtempSync(join(folder, 'root-'))
const files = (data: string) =>
  readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.endsWith('.locks'))
    .map(({ name }) => name)
    .sort()

const test = suite('datasets:pull')

test('brings gsm8k from the hub as JSONL with a card, once', async () => {
  await using hub = await fakeFileServer(whole)
  const data = fresh()
  const first = await pull(data, hub.url, ['--dataset=gsm8k'])
  assert.is(first.code, 0, first.stderr)
  assert.match(first.stdout, /gsm8k: train\.jsonl, test\.jsonl from .*\/datasets\/openai\/gsm8k, MIT\n/)
  assert.equal(files(data), ['card.json', 'test.jsonl', 'train.jsonl'])
  const card = JSON.parse(readFileSync(join(data, 'datasets/gsm8k/card.json'), 'utf8'))
  assert.equal([card.licence, card.commit, Object.keys(card.files)], ['MIT', 'c0ffee', ['train.jsonl', 'test.jsonl']])
  const tasks = await gsm8k({ from: join(data, 'datasets/gsm8k') }).load({ split: 'test', seed: 1, round: 1 })
  assert.is(tasks.length, 40)
  const asked = hub.requests.length
  assert.match((await pull(data, hub.url, ['--dataset=gsm8k'])).stdout, /was here already/)
  assert.is(hub.requests.length, asked)
  writeFileSync(join(data, 'datasets/gsm8k/test.jsonl'), 'damaged')
  assert.is((await pull(data, hub.url, ['--dataset=gsm8k'])).code, 0)
  assert.is(readFileSync(join(data, 'datasets/gsm8k/test.jsonl'), 'utf8').split('\n').length, 41)
})

test("takes the files from a folder of the user's", async () => {
  const data = fresh()
  const real = join(root, '../shared/data')
  if (!existsSync(join(real, 'gsm8k_train.jsonl')))
    return void process.stdout.write('\nSKIP datasets:pull --from: ../shared/data/gsm8k_train.jsonl not found\n')
  const { code, stderr } = await pull(data, 'http://127.0.0.1:9', ['--dataset=gsm8k', `--from=${real}`])
  assert.is(code, 0, stderr)
  assert.is(readFileSync(join(data, 'datasets/gsm8k/train.jsonl'), 'utf8'), readFileSync(join(real, 'gsm8k_train.jsonl'), 'utf8'))
})

test('refuses in one line and leaves nothing half-written', async () => {
  const own = mkdtempSync(join(folder, 'own-'))
  writeFileSync(join(own, 'train.jsonl'), '{"question":"a","answer":"#### 1"}\n')
  writeFileSync(join(own, 'gsm8k_test.jsonl'), '{"question":"a","answer":"#### 1"}\n{"question":"b"}\n')
  const damaged = { content: Buffer.from('PAR1 no'), hub: {} }
  const cases: [string[], RegExp, Parameters<typeof fakeFileServer>[0]?][] = [
    [[], /needs --dataset=NAME\. Known: gsm8k, math, aime, humaneval, mbpp/],
    [['--dataset=imagenet'], /No data set "imagenet"\. Known: gsm8k, math, aime, humaneval, mbpp/],
    [['--dataset=gsm8k', `--from=${folder}`], /holds neither train\.jsonl nor gsm8k_train\.jsonl/],
    [['--dataset=gsm8k', `--from=${own}`], /own-.*gsm8k_test\.jsonl:2: answer: /],
    [['--dataset=gsm8k'], /has no file main\/train-00000-of-00001\.parquet/, {}],
    [['--dataset=gsm8k'], /arrived with sha256/, { ...whole, [at('train')]: { content: parquet, hub: { sha256: '2'.repeat(64) } } }],
    [['--dataset=gsm8k'], /cannot be read as a Parquet file/, { ...whole, [at('train')]: damaged }],
  ]
  const check = async ([flags, message, served = whole]: (typeof cases)[number]) => {
    await using hub = await fakeFileServer(served)
    const data = fresh()
    const { code, stderr } = await pull(data, hub.url, flags)
    assert.is(code, 1, String(message))
    assert.match(stderr, message)
    assert.match(stderr, /^[^\n]+\n$/, 'one line')
    assert.equal(files(data), [])
  }
  await Promise.all(cases.map(check))
})

test.run()
