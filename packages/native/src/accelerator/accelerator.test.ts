import { existsSync, lstatSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput, runTool } from '@whetstone/core'
import { ensureTools } from '../build-tools.ts'
import { extractSource } from '../build-tools/extract-source.ts'
import { findCompiler } from '../build-tools/find-compiler.ts'
import { currentAccelerator } from './accelerator.ts'
import { cudaUnits, deviceArchitectures, findNvcc } from './build-cuda.ts'
import { candidatesOf, missingHardware, type Candidate } from './candidates.ts'
import { findAccelerator } from './find-accelerator.ts'
import { probeBackend } from './probe-backend.ts'
import { fasterOnDevice } from './try-speed.ts'

const test = suite('accelerator')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-backend-'))
const fake = join(folder, 'libggml-vulkan.so')
const bin = mkdtempSync(join(tmpdir(), 'whetstone-tools-'))

test.before(async () => {
  await ensureTools(['llama-probe'])
  const ggml = join(await extractSource(), 'ggml')
  const defines = ['GGML_BACKEND_DL', 'GGML_BACKEND_SHARED', 'GGML_BACKEND_BUILD', 'GGML_SHARED'].map((name) => `-D${name}`)
  const source = join(import.meta.dirname, '../../../../tools/probe/fake-backend.cc')
  const include = [`-I${ggml}/include`, `-I${ggml}/src`]
  await runTool({ file: findCompiler().file, args: ['-std=c++17', '-shared', '-fPIC', ...defines, ...include, source, '-o', fake] })
})
test.after(() => {
  for (const made of [folder, bin]) rmSync(made, { recursive: true, force: true })
})

async function inMode<T>(mode: string, work: () => Promise<T>): Promise<T> {
  process.env['FAKE_BACKEND'] = mode
  // what a trial depends on beside the library: a variable that hides devices, else the first mode's result would be kept for all
  process.env['GGML_VK_VISIBLE_DEVICES'] = `test-${mode}`
  try {
    return await work()
  } finally {
    delete process.env['FAKE_BACKEND']
    delete process.env['GGML_VK_VISIBLE_DEVICES']
  }
}

const modes: [string, RegExp | null, number][] = [
  ['right', null, 1],
  ['none', null, 0],
  ['wrong', /a fake device computes other results than the CPU \(multiply F32, multiply F16/, 1],
  ['abort', /brings its process down at "multiply F32" \(signal SIGABRT\)/, 0],
  ['hang', /hangs \(multiply F32: nothing within 1 s\)/, 0],
]
for (const [mode, why, devices] of modes)
  test(`a backend whose kernels are ${mode}`, async () => {
    const found = await inMode(mode, () => probeBackend(fake, { seconds: mode === 'hang' ? 1 : 60 }))
    assert.is(found.devices.length, devices)
    if (why === null) assert.is(found.refused, null)
    else assert.match(found.refused as string, why)
  })

test('a file that is no library is refused in one line', async () => {
  const { refused } = await probeBackend(join(import.meta.dirname, 'accelerator.ts'))
  assert.match(refused as string, /accelerator\.ts: the library cannot be loaded/)
})

const only = (file: string) => ({
  folder: bin,
  candidates: (kind: Candidate['kind']): Candidate[] => (kind === 'vulkan' ? [{ kind, what: 'a fake', file, absent: 'none' }] : []),
  hardware: () => null,
})

test('what agrees with the CPU is laid beside the tools, and is known from then on', async () => {
  const { accelerator, refused } = await inMode('right', () => findAccelerator('auto', only(fake)))
  assert.equal(refused, [])
  assert.is(accelerator?.kind, 'vulkan')
  assert.is(accelerator?.devices[0]?.description, 'a fake device')
  assert.ok(lstatSync(join(bin, 'libggml-vulkan.so')).isSymbolicLink())
  assert.is(currentAccelerator(bin)?.kind, 'vulkan')
})

test('what was tried is asked again only where something changed', async () => {
  await inMode('right', async () => {
    process.env['FAKE_BACKEND'] = 'abort' // would be refused now, were it tried
    assert.is((await findAccelerator('vulkan', only(fake))).accelerator?.kind, 'vulkan')
  })
})

test('auto goes on with the CPU and says why; a kind by name is refused', async () => {
  const { accelerator, refused } = await inMode('wrong', () => findAccelerator('auto', only(fake)))
  assert.is(accelerator, null)
  assert.match(refused.join(), /computes other results than the CPU .*: not used\. Update its driver, or go on with --gpu=off/)
  assert.is(currentAccelerator(bin), null)
  assert.not.ok(existsSync(join(bin, 'libggml-vulkan.so')))
  const named = await inMode('wrong', () => findAccelerator('vulkan', only(fake)).catch((error: unknown) => error))
  assert.instance(named, BadInput)
  assert.match((named as Error).message, /^--gpu=vulkan cannot be used: .*computes other results/)
  const absent = await findAccelerator('vulkan', only('/nowhere/libggml-vulkan.so')).catch((error: unknown) => error)
  assert.match((absent as Error).message, /--gpu=vulkan cannot be used: a fake is not here: none\. --gpu=off computes on the CPU/)
})

test('a small model is tried on both, once for each device and size', async () => {
  const { accelerator } = await inMode('right', () => findAccelerator('auto', only(fake)))
  assert.ok(accelerator)
  const asked: number[] = []
  const rates = (cpu: number, device: number) => async (_: string, layers: number) => {
    asked.push(layers)
    return layers === 0 ? cpu : device
  }
  const model = { path: 'any.gguf', parameters: 20e6 }
  assert.is(await fasterOnDevice(model, accelerator, { folder: bin, measure: rates(100, 900) }), true)
  assert.is(await fasterOnDevice({ ...model, parameters: 19e6 }, accelerator, { folder: bin, measure: rates(100, 9) }), true, 'as it was')
  assert.equal(asked, [0, 999])
  assert.is(await fasterOnDevice({ ...model, parameters: 1e6 }, accelerator, { folder: bin, measure: rates(100, 9) }), false)
  const other = { ...accelerator, devices: accelerator.devices.map((device) => ({ ...device, description: 'another' })) }
  assert.is(await fasterOnDevice(model, other, { folder: bin, measure: rates(100, 9) }), false, 'another device is asked again')
})

test('off tries nothing', async () => assert.equal(await findAccelerator('off'), { accelerator: null, refused: [] }))

test('a kind names what it looked for', () => {
  for (const kind of ['cuda', 'vulkan', 'metal'] as const) assert.ok(candidatesOf(kind).length > 0)
  if (process.platform !== 'darwin') assert.is(missingHardware('metal'), 'this is no Mac')
})

test('the CUDA backend is built for the GPUs here, of files that are there', async () => {
  assert.equal(
    deviceArchitectures(() => '9.0\n9.0\n8.6\n'),
    ['90', '86'],
  )
  assert.equal(
    deviceArchitectures(() => '12.0\n'),
    ['120a'],
  )
  assert.throws(() => deviceArchitectures(() => ''), /nvidia-smi names no GPU here/)
  const units = cudaUnits(await extractSource(), ['90'])
  assert.ok(units.length > 90 && units.length < 150, String(units.length))
  for (const { sources } of units) for (const source of sources) assert.ok(existsSync(source), source)
  assert.ok(units[0]?.flags.includes('-gencode=arch=compute_90,code=sm_90'))
  assert.is(units[0]?.flags.filter((flag) => /^-DGGML_CUDA_FA_\w+_\w+=1$/.test(flag)).length, 4)
  const { PATH, CUDA_HOME } = process.env
  Object.assign(process.env, { PATH: '/nowhere', CUDA_HOME: '/nowhere/cuda' })
  try {
    if (!existsSync('/usr/local/cuda/bin/nvcc'))
      assert.throws(findNvcc, /No CUDA compiler \(looked for nvcc, \/nowhere\/cuda\/bin\/nvcc, \/usr\/local\/cuda\/bin\/nvcc\)/)
  } finally {
    process.env['PATH'] = PATH
    if (CUDA_HOME === undefined) delete process.env['CUDA_HOME']
    else process.env['CUDA_HOME'] = CUDA_HOME
  }
})

test.run()
