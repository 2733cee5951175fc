import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { BadInput, root, runTool } from '@whetstone/core'

export const gpuKinds = ['cuda', 'vulkan'] as const
export type GpuKind = (typeof gpuKinds)[number]

/** The packages of node-llama-cpp that hold a GPU's libraries here; `npm ci` leaves them out (610 MB that few machines can use; package.json's overrides name them). */
export function gpuPackages(kind: GpuKind): string[] {
  const name = `@node-llama-cpp/${process.platform}-${process.arch}-${kind}`
  return kind === 'cuda' ? [name, `${name}-ext`] : [name]
}

/**
 * Fetches them into node_modules, of the version that node-llama-cpp has there, through npm (which checks what it fetched). Those that lie there already are left alone;
 * a fetch that broke off leaves nothing.
 */
export async function fetchGpuLibraries(kind: GpuKind, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new BadInput(
      `node-llama-cpp ships no ${kind} libraries for ${process.platform} ${process.arch} that our tools use: \`npx nx run tools:build --from-source\` builds them`,
    )
  if (kind === 'cuda' && !existsSync('/proc/driver/nvidia/version'))
    throw new BadInput(
      'No NVIDIA driver on this machine (/proc/driver/nvidia/version): CUDA libraries would be of no use. Install the driver first',
    )
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/node-llama-cpp/package.json'), 'utf8')) as { version: string }
  for (const name of gpuPackages(kind)) {
    const to = join(root, 'node_modules', name)
    if (existsSync(to)) continue
    mkdirSync(dirname(to), { recursive: true })
    const work = mkdtempSync(join(root, 'node_modules/.gpu-'))
    try {
      process.stderr.write(`  fetching ${name}@${version}\n`)
      await runTool({ file: 'npm', args: ['pack', '--silent', '--pack-destination', work, `${name}@${version}`], signal })
      const packed = `${name.slice(1).replace('/', '-')}-${version}.tgz`
      await runTool({ file: 'tar', args: ['-xzf', join(work, packed), '-C', work], signal })
      renameSync(join(work, 'package'), to)
    } finally {
      rmSync(work, { recursive: true, force: true })
    }
  }
}
