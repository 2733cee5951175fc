import { relative } from 'node:path'
import { paths, root, runTool } from '@whetstone/core'
import { Device } from './accelerator.ts'

/** What came of trying a backend library: its devices (none: the machine has none that it serves), and why it is not used, where it is not. */
export type Probe = { devices: Device[]; refused: string | null }

/** Seconds in which one small operation must be done; a device's first use of one may compile its kernel. */
const limit = 10

/**
 * Tries a backend library in a child process, llama-probe: what crashes, hangs or differs from the CPU there does so in no tool of ours. Never throws for what the
 * library does.
 */
export async function probeBackend(
  file: string,
  { seconds = limit, signal }: { seconds?: number; signal?: AbortSignal } = {},
): Promise<Probe> {
  const hung = new AbortController()
  let trying = 'load'
  const hang = () => hung.abort(new Error('hung'))
  let timer = setTimeout(hang, seconds * 1000)
  const onStderr = (line: string) => {
    const what = /^trying .*?: ([^:]+)$/.exec(line)?.[1]
    if (what === undefined) return
    trying = what
    clearTimeout(timer)
    timer = setTimeout(hang, seconds * 1000)
  }
  const name = relative(root, file)
  try {
    const either = signal ? AbortSignal.any([signal, hung.signal]) : hung.signal
    const out = await runTool({ file: paths.tool('llama-probe'), args: ['--backend', file], onStderr, signal: either })
    const devices = out
      .split('\n')
      .filter(Boolean)
      .map((line) => Device.parse(JSON.parse(line)))
    const wrong = devices.find((device) => device.wrong.length > 0)
    const refused = wrong ? `${name}: ${wrong.description} computes other results than the CPU (${wrong.wrong.join(', ')})` : null
    return { devices, refused }
  } catch (error) {
    signal?.throwIfAborted()
    if (hung.signal.aborted) return { devices: [], refused: `${name} hangs (${trying}: nothing within ${seconds} s)` }
    const message = (error as Error).message.split('\n')[0] as string
    const ended = / ended with (signal \w+|exit code \d+)/.exec(message)?.[1]
    if (ended !== undefined) return { devices: [], refused: `${name} brings its process down at "${trying}" (${ended})` }
    return { devices: [], refused: message.replace(/^llama-probe: /, '') }
  } finally {
    clearTimeout(timer)
  }
}
