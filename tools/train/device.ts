// Devices for the trainer's tests: a fake one, which has memory of its own and no custom operations, and Mesa's software Vulkan device where both it and node-llama-cpp's
// Vulkan build are here. Each is a folder of the tools with that backend beside them.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, symlinkSync, copyFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { paths, root, runTool } from '@whetstone/core'
import { extractSource, findCompiler } from '@whetstone/native'

export type TestDevice = { name: string; folder: string; env: Record<string, string> }

const home = mkdtempSync(join(tmpdir(), 'whetstone-device-'))

/** The tools beside a backend's library: backends are looked for where the executable lies. */
function beside(name: string, library: string, env: Record<string, string>): TestDevice {
  const folder = join(home, name)
  mkdirSync(folder, { recursive: true })
  const bin = dirname(paths.tool('any'))
  for (const file of readdirSync(bin)) {
    if (/^libggml-(cuda|vulkan|metal)/.test(file)) continue
    const from = realpathSync(join(bin, file))
    if (/^llama-(train|sample)$/.test(file)) copyFileSync(from, join(folder, file))
    else if (file.includes('.so')) symlinkSync(from, join(folder, file))
  }
  symlinkSync(library, join(folder, 'libggml-vulkan.so'))
  return { name, folder, env }
}

export async function fakeDevice(): Promise<TestDevice> {
  const ggml = join(await extractSource(), 'ggml')
  const library = join(home, 'libfake.so')
  const defines = ['GGML_BACKEND_DL', 'GGML_BACKEND_SHARED', 'GGML_BACKEND_BUILD', 'GGML_SHARED'].map((name) => `-D${name}`)
  const include = [`-I${ggml}/include`, `-I${ggml}/src`]
  const source = join(root, 'tools/probe/fake-backend.cc')
  await runTool({ file: findCompiler().file, args: ['-std=c++17', '-shared', '-fPIC', ...defines, ...include, source, '-o', library] })
  return beside('fake', library, { FAKE_BACKEND: 'right' })
}

/** Null where Mesa's driver or the Vulkan build is missing. */
export function softwareDevice(): TestDevice | null {
  const name = `${process.platform}-${process.arch}-vulkan`
  const library = join(root, 'node_modules/@node-llama-cpp', name, 'bins', name, 'libggml-vulkan.so')
  const drivers = '/usr/share/vulkan/icd.d'
  if (!existsSync(library) || !existsSync(drivers)) return null
  const mesa = readdirSync(drivers).find((file) => file.startsWith('lvp_icd'))
  return mesa === undefined ? null : beside('vulkan', library, { GGML_VK_VISIBLE_DEVICES: '0', VK_DRIVER_FILES: join(drivers, mesa) })
}
