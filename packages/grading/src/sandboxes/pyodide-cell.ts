// The process of one pyodide interpreter: `pyodide-cell.ts <pyodide's folder> <snapshot> <python files>`. With `-` for the snapshot it
// writes one to stdout instead.
// Pyodide is started as though in a bare JavaScript shell, with no `process` to be seen: then it never gets hold of Node's modules, and
// they need not be taken away from it.
import { randomBytes } from 'node:crypto'
import { readFileSync, readSync, writeSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { raiseWalls } from './walls.ts'

const [folder, snapshot, ...files] = process.argv.slice(2) as [string, string, ...string[]]
const exit = process.exit.bind(process)
const source = files.map((file) => readFileSync(file, 'utf8')).join('\n')

const world = globalThis as Record<string, unknown>
delete world['process']
delete world['navigator']
world['read'] = (path: string) => readFileSync(path, 'utf8')
world['readbuffer'] = (path: string) => new Uint8Array(readFileSync(path)).buffer
world['load'] = () => {}
// In a shell, pyodide takes random bytes from `os.system('sh', ['-c', 'head -c<n> /dev/urandom | base64'])`.
const countIn = (command: string) => Math.min(65_536, Number(/-c(\d+)/.exec(command)?.[1]))
world['os'] = { system: (_shell: string, [, command]: [string, string]) => randomBytes(countIn(command)).toString('base64') }
world['performance'] = { now: () => performance.now() }

const { loadPyodide } = (await import(`${folder}/pyodide.mjs`)) as typeof import('pyodide')
const start = (state: object) => loadPyodide({ indexURL: `${folder}/`, jsglobals: Object.create(null) as object, ...state })

if (snapshot === '-') {
  const python = await start({ _makeSnapshot: true })
  python.runPython('import builtins, io, json, os, sys, types, collections, functools, itertools, math, re, string, typing')
  const bytes = (python as unknown as { makeMemorySnapshot(): Uint8Array }).makeMemorySnapshot()
  for (let written = 0; written < bytes.length;) written += writeSync(1, bytes, written)
} else {
  const python = await start({ _loadSnapshot: readFileSync(snapshot) })
  python.setStdin({ read: (buffer) => readSync(0, buffer) })
  python.setStdout({ write: (buffer) => writeSync(1, buffer) })
  python.setStderr({ write: (buffer) => writeSync(2, buffer) })
  raiseWalls(['os', 'performance'])
  try {
    python.runPython(source)
  } catch (error) {
    writeSync(2, String(error))
  }
}
exit()
