import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { BadInput, parseAddress, readKey } from '@whetstone/core'

/** A file of a repository on the Hugging Face hub. */
export type HubAddress = { kind: 'model' | 'dataset'; repo: string; revision?: string; path: string }
/** Where to fetch it, and what the hub says of it before the first byte. */
export type HubFile = {
  url: string
  headers: Record<string, string>
  sha256: string | undefined
  bytes: number | undefined
  commit: string | undefined
}

/** The hub's address: HF_ENDPOINT names a mirror. */
export const hubEndpoint = () => (process.env['HF_ENDPOINT'] || 'https://huggingface.co').replace(/\/+$/, '')
/** The token goes to the hub alone, in a header; fetch drops it when the hub sends us on to its storage. */
export function hubHeaders(): Record<string, string> {
  const token = hubToken()
  return token === null ? {} : { authorization: `Bearer ${token}` }
}

/** From the environment, else from where the hub's own command line keeps it (`hf auth login`): HF_TOKEN_PATH, HF_HOME/token, ~/.cache/huggingface/token. */
function hubToken(): string | null {
  const { HF_TOKEN_PATH, HF_HOME, XDG_CACHE_HOME } = process.env
  for (const variable of ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN']) if (process.env[variable] !== undefined) return readKey(variable) ?? null // an empty one says: none
  const file = HF_TOKEN_PATH || join(HF_HOME || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface'), 'token')
  try {
    const token = readFileSync(file, 'utf8').trim()
    return /^[\x21-\x7e]+$/.test(token) ? token : null
  } catch {
    return null // nobody logged in
  }
}

/** Asks the hub for a file's address, size and checksum (x-linked-etag is the SHA-256 of files in its large-file storage). */
export async function hubFile({ kind, repo, revision = 'main', path }: HubAddress, signal?: AbortSignal): Promise<HubFile> {
  const page = `${hubEndpoint()}/${kind === 'dataset' ? 'datasets/' : ''}${repo}`
  const url = `${page}/resolve/${encodeURIComponent(revision)}/${path.split('/').map(encodeURIComponent).join('/')}`
  const headers = hubHeaders()
  const response = await askHub(url, { method: 'HEAD', redirect: 'manual', headers }, signal)
  if (response.status === 401 || response.status === 403)
    throw new BadInput(
      `${page} may not be read (HTTP ${response.status}): check the name; where it is gated, accept its licence there ` +
        'and log in with `hf auth login`, or put a token into HF_TOKEN (environment or .env)',
    )
  if (response.status === 404)
    throw new BadInput(`${page} has no file ${path}${revision === 'main' ? '' : ` at ${revision}`}: check the name`)
  if (response.status >= 400)
    throw new BadInput(`${page} does not answer (HTTP ${response.status}): try again later, or set HF_ENDPOINT to a mirror`)
  const tag = response.headers.get('x-linked-etag')?.replace(/^W\/|"/g, '')
  const bytes = Number(response.headers.get('x-linked-size') ?? Number.NaN)
  return {
    url,
    headers,
    sha256: tag && /^[0-9a-f]{64}$/.test(tag) ? tag : undefined,
    bytes: Number.isFinite(bytes) ? bytes : undefined,
    commit: response.headers.get('x-repo-commit') ?? undefined,
  }
}

/** fetch with one line for a hub that cannot be reached. */
export async function askHub(url: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
  const limit = AbortSignal.timeout(30_000)
  try {
    return await fetch(url, { ...init, signal: signal ? AbortSignal.any([signal, limit]) : limit })
  } catch (error) {
    signal?.throwIfAborted()
    const { origin } = parseAddress(url, url)
    const { cause } = error as Error
    const why = limit.aborted ? 'no answer within 30 s' : ((cause as NodeJS.ErrnoException | undefined)?.code ?? (error as Error).message)
    throw new BadInput(`${origin} cannot be reached (${why}): check the network, or set HF_ENDPOINT to a mirror`)
  }
}
