import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { paths, root } from '@whetstone/core'

/** A folder for a test's files, removed when the process ends. */
export function testFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `whetstone-${name}-`))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Says loudly which tools are not built; true when all are. */
export function haveTools(test: string, tools: readonly string[]): boolean {
  const missing = tools.filter((tool) => !existsSync(paths.tool(tool)))
  if (missing.length)
    process.stdout.write(`\nSKIP ${test}: ${missing.join(', ')} not built: run \`npx nx run tools:build --tool=${missing.join(',')}\`\n`)
  return missing.length === 0
}

/** llama.cpp's source as tools:build unpacked it: real templates and vocabularies to test with. */
export function llamaSource(): string | null {
  const build = join(root, 'tools/build')
  const name = existsSync(build) ? readdirSync(build).find((entry) => /^llama\.cpp-[\d.]+$/.test(entry)) : undefined
  return name === undefined ? null : join(build, name)
}

const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`)
const characters = [...'0123456789+-*/=.,:;!?()<>|_ \nabcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((c) =>
  c === ' ' ? '\u2581' : c,
)
/** Characters, and bytes for all others, SentencePiece style. */
export const characterTokenizer = {
  model: 'llama',
  tokens: ['<unk>', '<s>', '</s>', ...bytes, ...characters],
  bos: 1,
  eos: 2,
  unk: 0,
  add_bos: true,
  add_space_prefix: false,
}
const chat =
  "{% for m in messages %}{{ m.role[0] }}:{{ m.content }}{% if m.role == 'assistant' %}{{ eos_token }}{% endif %}\n{% endfor %}{% if add_generation_prompt %}a:{% endif %}"

/** Writes a GGUF of random weights with llama-init and returns its path. The spec's keys are llama-init's. */
export function makeModel(folder: string, name: string, spec: Record<string, unknown> = {}, seed = 1): string {
  const file = join(folder, `${name}.gguf`)
  const json = join(folder, `${name}.json`)
  writeFileSync(
    json,
    JSON.stringify({
      architecture: 'llama',
      name,
      context_length: 512,
      embedding_length: 64,
      block_count: 2,
      feed_forward_length: 128,
      head_count: 4,
      rms_eps: 1e-5,
      tied_embeddings: false,
      tokenizer: characterTokenizer,
      chat_template: chat,
      ...spec,
    }),
  )
  execFileSync(paths.tool('llama-init'), ['--spec', json, '--seed', String(seed), '--out', file], { stdio: 'pipe' })
  return file
}

export type ToolResult = { code: number; out: string; error: string }

/** Runs a tool to its end. `input` goes to stdin. */
export function tool(name: string, args: readonly string[], input = ''): ToolResult {
  try {
    const out = execFileSync(paths.tool(name), args, {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
      maxBuffer: 1 << 28,
      timeout: 120_000,
    })
    return { code: 0, out, error: '' }
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number | null; stdout: string; stderr: string }
    return { code: status ?? -1, out: stdout, error: stderr }
  }
}

export const toJsonl = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('')
export const fromJsonl = <T>(text: string): T[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T)
