import { BadInput } from '@whetstone/core'
import { loadCommand } from './main.ts'
import { parseFlags } from './parse-flags.ts'

/** A command as main runs it, in this process, for tests: what it prints on stdout, or why it was refused. Import it once WHETSTONE_ROOT is set. */
export async function runInProcess(name: string, ...args: string[]): Promise<{ status: number; said: string }> {
  const log = console.log
  const said: string[] = []
  console.log = (text: string) => said.push(text)
  try {
    const command = await loadCommand(name)
    await command.run(parseFlags(name, command, args), new AbortController().signal)
    return { status: 0, said: said.join('\n') }
  } catch (error) {
    return { status: 1, said: error instanceof BadInput ? error.message : String((error as Error).stack) }
  } finally {
    console.log = log
  }
}
