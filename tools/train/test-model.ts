// Fixtures of the trainer's tests: tiny random models, rows, and the tools as child processes.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { suite } from 'uvu'
import { paths } from '@whetstone/core'

export const folder = mkdtempSync(join(tmpdir(), 'whetstone-train-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

export type Architecture = string
type Row = Record<string, unknown>
export type Line = Record<string, number> & { done?: boolean }

const characters = [...'0123456789+=abcdefgh\n']
const tokenizer = {
  model: 'llama',
  tokens: ['<unk>', '<s>', '</s>', ...characters],
  bos: 1,
  eos: 2,
  unk: 0,
  add_bos: true,
  add_space_prefix: false,
}
const chatTemplate = "{% for m in messages %}{{ m['content'] }}{% if m['role'] == 'assistant' %}</s>{% else %}={% endif %}{% endfor %}"

/** A uvu suite whose tests run only where the tools are built; it says so loudly where they are not. */
export function toolSuite(name: string, tools = ['llama-train', 'llama-init']) {
  const missing = tools.filter((tool) => !existsSync(paths.tool(tool)))
  if (missing.length > 0) process.stdout.write(`\nSKIP ${name}: tools/bin/${missing[0]} not found: run \`npx nx run tools:build\`\n`)
  const test = suite(name)
  const it = (what: string, check: () => Promise<void>) => {
    if (missing.length === 0) test(what, check)
  }
  return { it, run: () => test.run() }
}

export type Run = { exitCode: number; stdout: string; stderr: string }

export async function tool(name: string, args: (string | number)[]): Promise<Run> {
  const result = await execa(paths.tool(name), args.map(String), { reject: false })
  return { exitCode: result.exitCode ?? -1, stdout: result.stdout, stderr: result.stderr }
}

export async function mustRun(name: string, args: (string | number)[]): Promise<Run> {
  const result = await tool(name, args)
  if (result.exitCode !== 0) throw new Error(`${name} ${args.join(' ')}: exit ${result.exitCode}: ${result.stderr}`)
  return result
}

/** Makes a model of random weights and returns its path. */
export async function randomModel(name: string, spec: Row = {}, type = 'F32'): Promise<string> {
  const description = join(folder, `${name}.json`)
  const model = join(folder, `${name}.gguf`)
  const size = { context_length: 64, embedding_length: 32, block_count: 2, feed_forward_length: 48, head_count: 4, head_count_kv: 2 }
  writeFileSync(
    description,
    JSON.stringify({ architecture: 'llama', ...size, tied_embeddings: false, tokenizer, chat_template: chatTemplate, ...spec }),
  )
  await mustRun('llama-init', ['--spec', description, '--seed', 3, '--type', type, '--out', model])
  return model
}

export function rowsFile(name: string, rows: Row[]): string {
  const path = join(folder, name)
  writeFileSync(path, rows.map((row) => JSON.stringify(row) + '\n').join(''))
  return path
}

/** Runs llama-train to its end, with one worker, and returns its metrics. */
export async function train(method: string, model: string, data: string, out: string, args: (string | number)[]): Promise<Line[]> {
  const metrics = `${out}.jsonl`
  const common = ['--workers', 1, '--threads', 1, '--progress', 'none']
  await mustRun('llama-train', [method, '-m', model, '--data', data, '--out', out, '--metrics', metrics, ...common, ...args])
  return readLines(metrics)
}

export function readLines(path: string): Line[] {
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}

/** Runs a check-... command of llama-train and returns the JSON lines it prints. */
export async function check<T>(what: string, method: string, model: string, data: string, args: (string | number)[] = []): Promise<T[]> {
  const { stdout } = await mustRun('llama-train', [
    what,
    method,
    '-m',
    model,
    '--data',
    data,
    '--out',
    'none',
    '--workers',
    1,
    '--threads',
    1,
    ...args,
  ])
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T)
}

/** Numbers that look random and are the same in every run. */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
