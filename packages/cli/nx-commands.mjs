// How Nx knows and runs what this repository offers. An Nx plugin (nx.json names it), plain JavaScript because Nx loads it before anything else.
// - Each file commands/<project>/<target>.ts is an Nx target; each package has the targets test and lint; what imports what is read from the sources. No project.json or package.json needs a line.
// - `nx run loops:cycle` runs our command with the terminal as it is and ends with the command's own exit code: none of Nx's banners, timings or recommendations, and Ctrl-C reaches the command once.
//   That takes the place of Nx's task runner from the hook that Nx calls before its tasks, which needs the plugin in Nx's own process (.local.env, and no daemon in nx.json).
//   Where a setting of the user's puts it elsewhere, commands run as any other Nx target does.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const entry = 'packages/cli/whetstone.mjs'
const commandFile = (project, target) => `packages/cli/src/commands/${project}/${target}.ts`

export const name = 'whetstone commands'

const script = (command, about) => ({
  executor: 'nx:run-commands',
  cache: false,
  options: { command, cwd: '{workspaceRoot}' },
  metadata: { description: about },
})

export const createNodesV2 = [
  '{packages/cli/src/commands/*/*.ts,packages/*/package.json,tools/project.json}',
  (files) =>
    files.flatMap((file) => {
      const [, project, target] = /^packages\/cli\/src\/commands\/([a-z]+)\/([a-z0-9-]+)\.ts$/.exec(file) ?? []
      if (project)
        return [[file, projectWith(project, { [target]: script(`node ${entry} ${project}:${target}`, 'npx nx run loops:help') })]]
      const folder = dirname(file)
      if (file.startsWith('packages/cli/src')) return [] // a test
      const checks = {
        test: script(`node tools/run-tests.ts ${folder}/`, 'its *.test.ts'),
        lint: script(`oxfmt --check ${folder} && oxlint --deny-warnings ${folder}`, 'format and lint rules'),
      }
      return [[file, projectWith(folder, checks)]]
    }),
]
const projectWith = (folder, targets) => ({ projects: { [folder]: { targets } } })

/** A file's text; none where it was removed since Nx listed it, as a recipe may be while other commands run. */
function textOf(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return ''
    throw error
  }
}

/** The arrows between projects are the imports in their sources; no package.json repeats them. */
export function createDependencies(_options, { filesToProcess, projects }) {
  return Object.entries(filesToProcess.projectFileMap).flatMap(([source, files]) =>
    files
      .filter(({ file }) => /\.m?[tj]s$/.test(file))
      .flatMap(({ file: sourceFile }) => {
        const imported = textOf(join(root, sourceFile)).matchAll(/^(?:import|export|\} from|.*\bimport\().*?'(@whetstone\/[a-z]+)/gm)
        const targets = new Set([...imported].map(([, target]) => target))
        return [...targets]
          .filter((target) => projects[target] && target !== source)
          .map((target) => ({ source, target, sourceFile, type: 'static' }))
      }),
  )
}

/** Nx's command line as ours: [name, ...arguments], or null where it asks for something else. */
export function ownCommand([first = '', second = '', ...rest]) {
  const [asked, args] = first === 'run' ? [second, rest] : first.includes(':') ? [first, [second, ...rest]] : [`${second}:${first}`, rest]
  const [project, target, ...configuration] = asked.split(':')
  if (!/^[a-z]+$/.test(project) || !/^[a-z0-9-]+$/.test(target ?? '') || configuration.length > 0) return null
  if (!existsSync(join(root, commandFile(project, target)))) return null
  return [`${project}:${target}`, ...args.filter((arg, index) => arg !== '' && !(arg === '--' && args.indexOf('--') === index))]
}

export async function preTasksExecution(_options, context) {
  const own = context.argv === process.argv ? ownCommand(process.argv.slice(2)) : null
  if (!own) return
  const child = spawn(process.execPath, [join(root, entry), ...own], {
    cwd: root,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'], // the channel breaks when this process is killed: the command ends then too
    env: { ...process.env, WHETSTONE_HERE: process.env.INIT_CWD ?? process.env.PWD ?? root },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // npx that is killed leaves us to run on under another parent: the command ends then too.
  const parent = process.ppid
  if (process.env.npm_command) setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500)
  await new Promise((_, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
  })
}
