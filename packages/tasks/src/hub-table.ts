import { BadInput, parseAddress } from '@whetstone/core'
import { z } from 'zod'
import { askHub, hubEndpoint, hubHeaders } from './hub.ts'

/** The hub converts every data set to Parquet: configuration -> split -> addresses of the files, in order. */
const Listing = z.record(z.string(), z.record(z.string(), z.array(z.string())))
export type HubTable = { repo: string; config: string; split: string; files: string[] }

/** `hf:owner/name`, or null for any other name. */
export function hubRepository(dataset: string): string | null {
  if (!dataset.startsWith('hf:')) return null
  const repo = dataset.slice(3)
  if (/^[\w][\w.-]{0,95}(?:\/[\w][\w.-]{0,95})?$/.test(repo) && !repo.includes('..')) return repo
  throw new BadInput(`--dataset=${dataset} names no data set of the hub: write hf:owner/name`)
}

/** The Parquet files of some splits of a data set, all where none is named. What is not there is said with what is. */
export async function hubTables(
  repo: string,
  { config, splits }: { config?: string | undefined; splits?: readonly string[] | undefined },
  signal?: AbortSignal,
): Promise<HubTable[]> {
  const page = `${hubEndpoint()}/datasets/${repo}`
  const response = await askHub(`${hubEndpoint()}/api/datasets/${repo}/parquet`, { headers: hubHeaders() }, signal)
  if (response.status === 401 || response.status === 403)
    throw new BadInput(
      `${page} may not be read (HTTP ${response.status}): check the name; where it is gated, accept its licence there and put a token into HF_TOKEN (environment or .env)`,
    )
  if (response.status === 404) throw new BadInput(`${page} is not there, or the hub has no Parquet files of it: check the name`)
  if (!response.ok)
    throw new BadInput(`${page}: the hub lists no Parquet files (HTTP ${response.status}): try again later, or set HF_ENDPOINT to a mirror`)
  const listing = Listing.safeParse(await response.json().catch(() => null))
  if (!listing.success)
    throw new BadInput(`${page}: the hub's answer is no list of Parquet files: set HF_ENDPOINT to a mirror that has one`)
  const configs = Object.keys(listing.data)
  const only = config ?? (configs.length === 1 ? configs[0] : configs.find((name) => name === 'default'))
  if (configs.length === 0) throw new BadInput(`${page}: the hub has no Parquet files of it yet`)
  if (only === undefined || !configs.includes(only))
    throw new BadInput(
      `${page} has ${only === undefined ? 'several configurations' : `no configuration "${only}"`}: choose one with --config=NAME of ${configs.slice(0, 40).join(', ')}${configs.length > 40 ? ' …' : ''}`,
    )
  const found = listing.data[only] ?? {}
  const wanted = splits ?? Object.keys(found)
  const missing = wanted.find((split) => !found[split] || found[split].length === 0)
  if (missing !== undefined || wanted.length === 0)
    throw new BadInput(
      `${page}, configuration ${only}, has no split "${missing ?? ''}": choose with --split of ${Object.keys(found).join(', ')}`,
    )
  const odd = [only, ...wanted].find((name) => !/^[\w][\w .+-]{0,120}$/.test(name) || name.includes('..'))
  if (odd !== undefined) throw new BadInput(`${page}: ${JSON.stringify(odd)} cannot name a file: this data set cannot be pulled`)
  return wanted.map((split) => ({ repo, config: only, split, files: found[split] as string[] }))
}

/** Where a listed file really lies, with its checksum and the hub's revision where the hub tells them. The token goes to the hub alone. */
export async function hubTableFile(address: string, signal?: AbortSignal) {
  const own = parseAddress(hubEndpoint(), `HF_ENDPOINT=${hubEndpoint()}`).origin
  let [url, sha256, commit] = [address, undefined as string | undefined, undefined as string | undefined]
  for (let hops = 0; hops < 5; hops++) {
    const { origin, protocol } = parseAddress(url, `${url}, which the hub lists,`)
    if (protocol !== 'https:' && origin !== own) throw new BadInput(`${url}: only the hub and https addresses are fetched from`)
    if (origin !== own) break
    const response = await askHub(url, { method: 'HEAD', redirect: 'manual', headers: hubHeaders() }, signal)
    await response.body?.cancel()
    const tag = response.headers.get('x-linked-etag')?.replace(/^W\/|"/g, '')
    if (tag !== undefined && /^[0-9a-f]{64}$/.test(tag)) sha256 = tag
    commit = response.headers.get('x-repo-commit') ?? commit
    const next = response.headers.get('location')
    if (response.status < 300 || response.status >= 400 || next === null) break
    const target = parseAddress(next, `${next}, to which ${url} redirects,`, url)
    if (target.origin !== own) break // its storage: the fetch goes there by itself, without the token
    url = target.href
  }
  return { url, headers: new URL(url).origin === own ? hubHeaders() : {}, sha256, commit }
}
