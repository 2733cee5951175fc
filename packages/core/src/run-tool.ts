import { basename } from 'node:path'
import { text } from 'node:stream/consumers'
import { BadInput } from './bad-input.ts'
import { startTool, type ToolStart } from './start-tool.ts'

export type ToolRun = Omit<ToolStart, 'pipes'> & {
  /** Seconds; none when absent. */
  timeout?: number
  input?: string
}

/** Runs a program to its end (see startTool) and returns its stdout, without the last line break. */
export async function runTool(run: ToolRun): Promise<string> {
  const tool = startTool({ ...run, pipes: run.input === undefined ? ['stdout'] : ['stdin', 'stdout'] })
  let timedOut = false
  const timer = run.timeout === undefined ? undefined : setTimeout(() => ((timedOut = true), tool.stop()), run.timeout * 1000)
  if (run.input !== undefined) tool.stdin.end(run.input)
  const [out, { failure }] = await Promise.all([text(tool.stdout).catch(() => ''), tool.ended])
  clearTimeout(timer)
  run.signal?.throwIfAborted()
  if (failure && timedOut)
    throw new BadInput(
      `${basename(run.file)} was stopped after ${run.timeout} s without finishing${run.logFile ? `: see ${run.logFile}` : ''}`,
    )
  if (failure) throw failure
  return out.replace(/\r?\n$/, '')
}
