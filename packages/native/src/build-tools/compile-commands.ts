import { join } from 'node:path'
import { root, writeAtomic } from '@whetstone/core'
import type { Compiler } from './find-compiler.ts'
import type { Unit } from './compile.ts'
import { buildFolder } from './extract-source.ts'

/** How each file is compiled, for editors: clangd finds it in tools/build. */
export function writeCompileCommands(units: readonly Unit[], compiler: Compiler): void {
  const commands = [...new Map(units.flatMap(({ sources, flags }) => sources.map((source) => [source, flags])))].map(([source, flags]) => ({
    directory: root,
    file: source,
    arguments: [compiler.file, ...flags, '-c', source],
  }))
  writeAtomic(join(buildFolder, 'compile_commands.json'), `${JSON.stringify(commands, null, 1)}\n`)
}
