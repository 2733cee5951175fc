import { basename } from 'node:path'
import { BadInput, decodePercent } from '@whetstone/core'
import { askHub, hubEndpoint, hubHeaders } from '@whetstone/tasks'
import { z } from 'zod'

/** A model on the hub as people write it: hf:owner/repo, with @revision, :Q8_0 or /file.gguf behind it. */
export type HubModel = { repo: string; revision?: string; quantization?: string; file?: string }
export type HubListing = { file: string; bytes: number | null }[]

const Siblings = z.object({
  siblings: z.array(z.object({ rfilename: z.string(), size: z.number().nullish() })).default([]),
})

export function parseHubModel(model: string): HubModel {
  const [, repo, revision, quantization, file] = /^hf:([\w.-]+\/[\w.-]+)(?:@([\w.%-]+))?(?::([\w-]+))?(?:\/(.+))?$/.exec(model) ?? []
  if (repo === undefined || (quantization !== undefined && file !== undefined))
    throw new BadInput(
      `${model} is not an address on the hub: write hf:owner/repo, hf:owner/repo:Q8_0 or hf:owner/repo/file.gguf; @revision goes behind the repository`,
    )
  return { repo, revision: revision && decodePercent(revision, `The revision of ${model}`), quantization, file }
}

export const hubModelText = ({ repo, revision }: HubModel, file: string): string =>
  `hf:${repo}${revision === undefined ? '' : `@${encodeURIComponent(revision)}`}/${file}`

/** The files of a repository at a revision. */
export async function listHub({ repo, revision }: HubModel, signal?: AbortSignal): Promise<HubListing> {
  const at = revision === undefined ? '' : `/revision/${encodeURIComponent(revision)}`
  const response = await askHub(`${hubEndpoint()}/api/models/${repo}${at}?blobs=true`, { headers: hubHeaders() }, signal)
  const page = `${hubEndpoint()}/${repo}`
  if (response.status === 401 || response.status === 403)
    throw new BadInput(
      `${page} may not be read (HTTP ${response.status}): check the name; where it is gated, accept its licence there and log in with \`hf auth login\`, or put a token into HF_TOKEN`,
    )
  if (response.status === 404)
    throw new BadInput(`${page}${revision === undefined ? '' : ` has no revision ${revision}, or`} is not there: check the name`)
  if (!response.ok) throw new BadInput(`${page} does not answer (HTTP ${response.status}): try again later, or set HF_ENDPOINT to a mirror`)
  const parsed = Siblings.safeParse(await response.json().catch(() => null))
  if (!parsed.success)
    throw new BadInput(`${page} answers with something else than a list of files: set HF_ENDPOINT to a hub or its mirror`)
  return parsed.data.siblings.map(({ rfilename, size }) => ({ file: rfilename, bytes: size ?? null }))
}

/** Shown where the choice is open, so many at most. */
const shown = 40

/** The one model file that an address means, the first of a split one; where several could be meant, all of them are named. */
export async function chooseGguf(model: string, signal?: AbortSignal): Promise<{ address: HubModel; file: string }> {
  const address = parseHubModel(model)
  if (address.file !== undefined && /\.gguf$/i.test(address.file)) return { address, file: address.file }
  const { repo, quantization } = address
  const listing = await listHub(address, signal)
  const all = models(listing).filter(({ file }) => address.file === undefined || file.startsWith(address.file.replace(/\/*$/, '/')))
  const fitting = quantization === undefined ? all : all.filter(({ file }) => isOf(file, quantization))
  if (fitting.length === 1) return { address, file: fitting[0]!.file }
  if (models(listing).length === 0)
    throw new BadInput(`${repo} has no GGUF files: pick a repository that has (their names often end in -GGUF)`)
  const choice = fitting.length > 0 ? fitting : models(listing)
  const list = choice.slice(0, shown).map(({ file, bytes, parts }) => `${file}${sizeText(bytes, parts)}`)
  const rest = choice.length > shown ? ` and ${choice.length - shown} more` : ''
  const why =
    fitting.length > 1
      ? 'means several files'
      : quantization === undefined
        ? `names no file of ${repo}`
        : `names a type that ${repo} does not have`
  throw new BadInput(`${model} ${why}: name one, as hf:${repo}:Q8_0 or hf:${repo}/FILE. Files of ${repo}: ${list.join(', ')}${rest}`)
}

/** Models among the files: a split one once, by its first file; projectors and importance matrices are none. */
function models(listing: HubListing): { file: string; bytes: number | null; parts: number }[] {
  const ggufs = listing.filter(({ file }) => /\.gguf$/i.test(file) && !/mmproj|imatrix/i.test(basename(file)))
  const stem = (file: string) => file.replace(/-\d{5}-of-(\d{5})\.gguf$/i, '-of-$1.gguf')
  return [...Map.groupBy(ggufs, ({ file }) => stem(file)).values()].map((parts) => {
    const [first] = parts.sort((a, b) => (a.file < b.file ? -1 : 1))
    const bytes = parts.reduce<number | null>((sum, part) => (sum === null || part.bytes === null ? null : sum + part.bytes), 0)
    return { file: first!.file, bytes, parts: parts.length }
  })
}

/** As llama.cpp's -hf: the type stands between separators in the file's name, or is its folder. */
function isOf(file: string, quantization: string): boolean {
  const wanted = quantization.toLowerCase().replaceAll('-', '\\-')
  return new RegExp(`(^|[-./])${wanted}(-\\d{5}-of-\\d{5})?(\\.gguf$|/)`).test(file.toLowerCase())
}

const sizeText = (bytes: number | null, parts: number) => {
  const size = bytes === null ? '' : bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
  const split = parts > 1 ? `${parts} files` : ''
  return size || split ? ` (${[size, split].filter(Boolean).join(', ')})` : ''
}
