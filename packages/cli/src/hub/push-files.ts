import { openAsBlob } from 'node:fs'
import { BadInput, redact } from '@whetstone/core'
import { hubEndpoint } from '@whetstone/tasks'

export type PushFile = { path: string; file: string | null; text?: string }

/** Sends files to a data set's repository on the hub in one commit, through its own client; the repository is made where it is not there. */
export async function pushFiles(
  repo: string,
  files: readonly PushFile[],
  options: { title: string; token: string; isPrivate: boolean; signal: AbortSignal },
): Promise<string> {
  const { createRepo, repoExists, uploadFiles } = await import('@huggingface/hub')
  const { title, token: accessToken, isPrivate, signal } = options
  const hubUrl = hubEndpoint()
  const designation = { type: 'dataset' as const, name: repo }
  try {
    if (!(await repoExists({ repo: designation, accessToken, hubUrl })))
      await createRepo({ repo: designation, accessToken, hubUrl, private: isPrivate })
    const contents = await Promise.all(
      files.map(async ({ path, file, text }) => ({ path, content: file === null ? new Blob([text ?? '']) : await openAsBlob(file) })),
    )
    const done = await uploadFiles({
      repo: designation,
      files: contents,
      accessToken,
      hubUrl,
      commitTitle: title,
      useXet: false,
      abortSignal: signal,
    })
    return done?.commit.oid ?? ''
  } catch (error) {
    signal.throwIfAborted()
    const { statusCode, message } = error as { statusCode?: number; message: string }
    const what =
      statusCode === 401 || statusCode === 403
        ? 'HF_TOKEN may not write there'
        : statusCode === undefined
          ? `${hubUrl} cannot be reached`
          : `HTTP ${statusCode}`
    throw new BadInput(`${repo} was not pushed: ${what} (${redact(message).split('\n')[0]?.slice(0, 200)})`)
  }
}
