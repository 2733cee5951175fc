import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { root } from '@whetstone/core'

/** `datasets:pull` in a process of its own against a hub of a test's, everything written below `data`. */
export function pullFrom(
  hub: string,
  data: string,
  flags: readonly string[],
  token = '',
): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, HF_TOKEN: token, WHETSTONE_ROOT: data, HF_ENDPOINT: hub, NO_COLOR: '1', WHETSTONE_PROGRESS: 'none' }
  return new Promise((resolve) =>
    execFile(process.execPath, [join(root, 'packages/cli/whetstone.mjs'), 'datasets:pull', ...flags], { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    ),
  )
}
