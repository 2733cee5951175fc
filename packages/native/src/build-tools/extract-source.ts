import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { BadInput, root, runTool } from '@whetstone/core'
import { programVersion } from './find-compiler.ts'

const package_ = join(root, 'node_modules/node-llama-cpp')
export const buildFolder = join(root, 'tools/build')

/** node-llama-cpp's version: source bundle and prebuilt libraries change with it and only with it. */
export function llamaVersion(): string {
  const file = join(package_, 'package.json')
  if (!existsSync(file)) throw new BadInput('node-llama-cpp is not installed: run `npm ci`')
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

/** llama.cpp's source as node-llama-cpp ships it (a git bundle), checked out once per version under tools/build. Returns the folder. */
export async function extractSource(signal?: AbortSignal): Promise<string> {
  const folder = join(buildFolder, `llama.cpp-${llamaVersion()}`)
  if (existsSync(folder)) return folder
  const bundle = join(package_, 'llama/gitRelease.bundle')
  if (!existsSync(bundle)) throw new BadInput(`${bundle} is missing: run \`npm ci\` again`)
  if (programVersion('git') === null)
    throw new BadInput(
      "git not found, it unpacks llama.cpp's source: install git (Debian: apt install git), then run `npx nx run tools:build`",
    )
  mkdirSync(buildFolder, { recursive: true })
  const torn = `${folder}.${process.pid}.tmp`
  rmSync(torn, { recursive: true, force: true })
  try {
    await runTool({ file: 'git', args: ['-c', 'advice.detachedHead=false', 'clone', '-q', bundle, torn], signal })
    rmSync(join(torn, '.git'), { recursive: true, force: true })
    if (!existsSync(folder)) renameSync(torn, folder)
  } finally {
    rmSync(torn, { recursive: true, force: true })
  }
  return folder
}
