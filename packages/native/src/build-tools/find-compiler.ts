import { execFileSync } from 'node:child_process'
import { BadInput } from '@whetstone/core'

export type Compiler = { file: string; version: string }

/** First line of `file --version`; null when there is no such program. */
export function programVersion(file: string): string | null {
  try {
    return execFileSync(file, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0] ?? ''
  } catch {
    return null
  }
}

/** The C++ compiler: CXX, else the first of c++, g++, clang++ on PATH. */
export function findCompiler(): Compiler {
  const named = process.env['CXX']
  for (const file of named ? [named] : ['c++', 'g++', 'clang++']) {
    const version = programVersion(file)
    if (version !== null) return { file, version }
  }
  const how = process.platform === 'darwin' ? 'xcode-select --install' : 'Debian and Ubuntu: apt install g++; Fedora: dnf install gcc-c++'
  throw new BadInput(
    named
      ? `CXX=${named} cannot be run: name a C++17 compiler, or unset CXX to use c++, g++ or clang++`
      : `No C++ compiler found (looked for c++, g++, clang++): install one (${how}) or name it in CXX, then run \`npx nx run tools:build\``,
  )
}
