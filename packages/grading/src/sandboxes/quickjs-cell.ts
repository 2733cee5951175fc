// The process of one QuickJS interpreter: `quickjs-cell.ts program|judge <javascript files>`.
import { readFileSync } from 'node:fs'
import { newQuickJSWASMModule, type QuickJSContext } from 'quickjs-emscripten'
import { raiseWalls, receiveLine, sendLine } from './walls.ts'

const [role, ...files] = process.argv.slice(2)
const exit = process.exit.bind(process)
const source = files.map((file) => readFileSync(file, 'utf8')).join('\n')
const runtime = (await newQuickJSWASMModule()).newRuntime()
// More overruns the stack of the WebAssembly build itself before QuickJS notices.
runtime.setMaxStackSize(256 * 1024)
const context = runtime.newContext()

/** Runs a script of ours, to its end. */
function must(code: string): void {
  context.unwrapResult(context.evalCode(code, 'cell.js', { type: 'global' })).dispose()
}
function offer(name: string, work: (context: QuickJSContext, text: string) => string): void {
  using offered = context.newFunction(name, (text) => context.newString(work(context, text ? context.getString(text) : '')))
  context.setProp(context.global, name, offered)
}

raiseWalls()
offer('receiveLine', () => receiveLine())
offer('sendLine', (_context, text) => (sendLine(text), ''))
must(source)
must('for (const name of ["receiveLine", "sendLine"]) delete globalThis[name]')
sendLine('"ready"')
if (role === 'judge') must('judge(channel, (code) => (0, eval)(code))')
else {
  const order = JSON.parse(receiveLine()) as { source: string; names: string[] }
  // What programs for Node or a browser take for granted without needing it.
  must('globalThis.module = { exports: {} }; globalThis.exports = module.exports; globalThis.console = new Proxy({}, { get: () => () => {} })')
  const loaded = context.evalCode(order.source, 'solution.js', { type: 'global' })
  if (loaded.error) refuse(context.dump(loaded.error) as { name?: string; message?: string })
  else {
    const missing = order.names.find((name) => context.evalCode(`${name}`, 'cell.js', { type: 'global' }).error)
    if (missing) refuse({ name: 'ReferenceError', message: `${missing} is not defined` })
    else must(`serve(channel, { ${order.names.join(', ')} })`)
  }
}
exit()

function refuse(error: { name?: string; message?: string }): void {
  sendLine(JSON.stringify({ error: String(error?.name ?? 'Error'), message: String(error?.message ?? error).slice(0, 300) }))
}
