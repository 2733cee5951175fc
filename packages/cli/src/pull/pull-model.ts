import { constants, copyFileSync, existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import {
  BadInput,
  Model,
  explainDiskError,
  fileNameOf,
  nameProblem,
  parseAddress,
  pathBelow,
  paths,
  readJson,
  redact,
  takeLock,
  toRecord,
  writeJson,
  makeFolder,
} from '@whetstone/core'
import { checkGguf, describeGguf } from '@whetstone/inference'
import { download, hubFile } from '@whetstone/tasks'
import { chooseGguf, hubModelText } from './hub-address.ts'

export type PullModel = {
  /** hf:owner/repo, with @revision, :Q8_0 or /file.gguf behind it; an http address; or a path. */
  model: string
  /** Folder under models/; the file's name without .gguf when absent. */
  name?: string | undefined
  signal?: AbortSignal
}

/** Brings a GGUF model to models/<name>/ with its card (card.json). What is there already and whole is left as it is. */
export async function pullModel({ model, name, signal }: PullModel): Promise<Model> {
  const known = pulledModel(model)
  if (known && /^(hf|https?):/.test(model) && (name === undefined || folderOf(name) === dirname(known.path as string)) && isWhole(known))
    return known
  const source = await locate(model, signal)
  const first = source.files[0] as string
  const folder = folderOf(name ?? nameOf(first))
  const existing = readCard(folder)
  if (existing && existing.metadata['source'] !== source.source)
    throw new BadInput(
      `${folder} holds ${String(existing.metadata['source'] ?? existing.name)} already: give this model another name with --name=NAME`,
    )
  if (existing && source.files.every((file) => existsSync(join(folder, file)))) return remember(folder, existing, model)
  using _alone = takeLock(paths.lock(`models-${basename(folder)}`), {
    what: `models/${basename(folder)}`,
    otherwise: 'give this model another name with --name=NAME',
  })
  const origin: { commit?: string } = {}
  for (const file of source.files) await source.fetch(file, join(folder, file), origin)
  const path = join(folder, first)
  const described = await describe(path, folder)
  const card: Model = {
    ...described,
    path,
    metadata: { ...described.metadata, source: source.source, ...origin, files: source.files },
  }
  return remember(folder, card, model)
}

/** Writes the card; what was asked for (hf:owner/repo:Q8_0) stands in it beside what that meant, so that a recipe may use either. */
function remember(folder: string, card: Model, asked: string): Model {
  const known = askedFor(card)
  const more = asked === card.metadata['source'] || known.includes(asked) || !asked.startsWith('hf:') ? known : [...known, asked]
  const kept = more.length === 0 ? card : { ...card, metadata: { ...card.metadata, asked: more } }
  writeJson(join(folder, 'card.json'), toRecord(kept))
  return kept
}

const askedFor = ({ metadata }: Model): string[] => (Array.isArray(metadata['asked']) ? metadata['asked'].map(String) : [])
const isWhole = ({ path, metadata }: Model) =>
  path !== null && Array.isArray(metadata['files']) && metadata['files'].every((file) => existsSync(join(dirname(path), String(file))))

/** The card of a model under models/, by its name there or by what it was pulled from; its path is absolute. */
export function pulledModel(model: string): Model | undefined {
  const names = existsSync(paths.models())
    ? readdirSync(paths.models(), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
    : []
  for (const name of names) {
    if (name !== model && !/^(hf|https?):/.test(model)) continue
    const card = readCard(join(paths.models(), name))
    if (card && (name === model || card.metadata['source'] === model || askedFor(card).includes(model))) return card
  }
  return undefined
}

function readCard(folder: string): Model | undefined {
  const file = join(folder, 'card.json')
  if (!existsSync(file)) return undefined
  const card = readJson(file, Model)
  // Cards of before 2026-12 name the file alone.
  return { ...card, path: card.path && join(folder, basename(card.path)) }
}

/** models/<name>, one level deep. models/tiny comes with the project. */
function folderOf(name: string): string {
  const problem =
    nameProblem(name) ?? (/^\w[\w.-]*$/.test(name) ? null : 'holds other characters than letters, digits, dots, dashes and underscores')
  if (problem !== null) throw new BadInput(`${JSON.stringify(name)} cannot name a model: it ${problem}. Give another with --name=NAME`)
  if (name === 'tiny') throw new BadInput('models/tiny is the seed model that comes with Whetstone: give another name with --name=NAME')
  return pathBelow(paths.models(), name)
}

/** What came is checked as a model; what is none is not kept. */
async function describe(path: string, folder: string): Promise<Model> {
  try {
    return await describeGguf(path, { name: basename(folder) })
  } catch (error) {
    if (error instanceof BadInput) rmSync(path, { force: true })
    throw error
  }
}

const nameOf = (file: string) =>
  basename(file)
    .replace(/\.gguf$/i, '')
    .replace(/-\d{5}-of-\d{5}$/, '')

type Source = {
  source: string
  /** Names of its files, the one that llama.cpp opens first. */
  files: string[]
  fetch(file: string, to: string, origin: { commit?: string }): Promise<void>
}

async function locate(model: string, signal: AbortSignal | undefined): Promise<Source> {
  const stop = signal ? { signal } : {}
  if (model.startsWith('hf:')) {
    const { address, file } = await chooseGguf(model, signal)
    const folder = file.slice(0, file.length - basename(file).length)
    return {
      source: hubModelText(address, file),
      files: allParts(fileNameOf(encodeURIComponent(basename(file)), model)),
      async fetch(part, to, origin) {
        const found = await hubFile({ kind: 'model', repo: address.repo, revision: address.revision, path: folder + part }, signal)
        if (found.commit) origin.commit = found.commit
        await download({ url: found.url, headers: found.headers, sha256: found.sha256, to, ...stop })
      },
    }
  }
  if (/^https?:\/\//.test(model)) {
    const url = parseAddress(model, model)
    const file = fileNameOf(url.pathname.slice(url.pathname.lastIndexOf('/') + 1), redact(model))
    if (!/\.gguf$/i.test(file)) throw new BadInput(`${model} does not end in .gguf: give the address of the file itself`)
    return { source: redact(model), files: [file], fetch: async (_part, to) => void (await download({ url: model, to, ...stop })) }
  }
  checkGguf(model)
  const folder = model.slice(0, model.length - basename(model).length)
  return { source: resolve(model), files: allParts(basename(model)), fetch: async (part, to) => copy(folder + part, to) }
}

/** A split model is named by its first file: x-00001-of-00003.gguf. */
function allParts(file: string): string[] {
  const [, stem, total] = /^(.*)-\d{5}-of-(\d{5})\.gguf$/i.exec(file) ?? []
  if (!stem || !total) return [file]
  return Array.from({ length: Number(total) }, (_, i) => `${stem}-${String(i + 1).padStart(5, '0')}-of-${total}.gguf`)
}

/** A copy that shares the disk's blocks where the file system can. */
function copy(from: string, to: string): void {
  if (!statSync(from, { throwIfNoEntry: false })?.isFile())
    throw new BadInput(`${from} not found: all files of a split model must be together`)
  makeFolder(join(to, '..'))
  try {
    copyFileSync(from, `${to}.part`, constants.COPYFILE_FICLONE)
    renameSync(`${to}.part`, to)
  } catch (error) {
    rmSync(`${to}.part`, { force: true })
    throw explainDiskError(error, to)
  }
}
