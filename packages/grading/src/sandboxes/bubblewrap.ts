import { execFile } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openCell } from './cell.ts'
import { limits, type Limits, type Role, type Sandbox } from './sandbox.ts'
import { seccompFilter } from './seccomp.ts'

/**
 * Python in bubblewrap (github.com/containers/bubblewrap), Linux only, about 20 ms a start: own namespaces (no network, no processes to see), of the host's files only Python's own and read-only, 16 MiB of
 * /tmp, another user id when we are root, no capabilities, rlimits on processor time, memory, files and threads, and a seccomp filter against starting processes.
 */
export const bubblewrap: Sandbox = {
  name: 'bubblewrap',
  language: 'python',
  keepsJudges: false,
  missing: () => (found ??= probe()),
  async start(role, limits) {
    const descriptor = filterFile === undefined ? undefined : openSync(filterFile, 'r')
    try {
      return openCell([...confined(limits, descriptor !== undefined), '-c', source(role)], { output: limits.output * 2 ** 20, ...(descriptor === undefined ? {} : { descriptor }) })
    } finally {
      if (descriptor !== undefined) closeSync(descriptor)
    }
  },
}

const text = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8')
const sources: Partial<Record<Role, string>> = {}
const source = (role: Role) => (sources[role] ??= text('channel.py') + text(`${role}.py`))

/** The filter is handed over as an open file: bubblewrap reads it before the interpreter starts. */
const filterFile = writeFilter()
function writeFilter(): string | undefined {
  const filter = process.platform === 'linux' ? seccompFilter() : null
  if (!filter) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'whetstone-seccomp-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'filter')
  writeFileSync(file, filter)
  return file
}

/** Each sandbox of a root user's runs as its own user id, since process limits count by user; the range is used by nobody in /etc/passwd or /etc/subuid by default. */
let turn = (process.pid * 64) % 50_000
const otherUser = () => {
  turn = (turn + 1) % 50_000
  return 2_000_000 + turn
}

/** Argument vector up to the interpreter's own arguments. */
function confined(limits: Limits, filtered: boolean): string[] {
  const user = process.getuid?.() === 0 ? otherUser() : null
  const mebibytes = (count: number) => String(count * 2 ** 20)
  const python = realpathSync('/usr/bin/python3')
  return [
    ...(user === null ? [] : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', '--']),
    ...['prlimit', `--cpu=${Math.ceil(limits.seconds) + 5}`, `--as=${mebibytes(limits.memory)}`, `--fsize=${mebibytes(8)}`, '--nofile=64', '--nproc=16', '--core=0', '--'],
    ...['bwrap', '--unshare-all', '--unshare-user', '--disable-userns', '--die-with-parent', '--new-session', '--clearenv', '--setenv', 'PYTHONHASHSEED', '0', '--cap-drop', 'ALL'],
    ...[python, '/usr/lib', '/usr/lib64'].flatMap((path) => ['--ro-bind-try', path, path]),
    ...['--symlink', 'usr/lib', '/lib', '--symlink', 'usr/lib64', '/lib64'],
    ...['--size', mebibytes(16), '--tmpfs', '/tmp', '--chdir', '/tmp', '--remount-ro', '/'],
    ...(filtered ? ['--seccomp', '3'] : []),
    // No site packages, no byte code written; a fixed hash seed keeps the order of sets, and so the verdict, the same.
    ...[python, '-S', '-s', '-B'],
  ]
}

let found: Promise<string | null> | undefined
function probe(): Promise<string | null> {
  const advice = 'install bubblewrap and python3, e.g. `apt-get install bubblewrap python3`'
  if (process.platform !== 'linux') return Promise.resolve('bubblewrap is for Linux')
  if (!existsSync('/usr/bin/python3')) return Promise.resolve(`/usr/bin/python3 not found: ${advice}`)
  const [program, ...args] = confined(limits, false)
  return new Promise((resolve) =>
    execFile(program as string, [...args, '-c', 'print(1)'], { timeout: 20_000 }, (error, stdout, stderr) =>
      resolve(!error && stdout === '1\n' ? null : `bubblewrap does not work here (${(stderr.trim() || error?.message || 'no output').split('\n').at(-1)}): ${advice}`),
    ),
  )
}
