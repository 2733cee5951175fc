import { createHash } from 'node:crypto'
import { createWriteStream, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { BadInput, explainDiskError } from '@whetstone/core'
import type { ArtifactStore } from './artifact-store.ts'
import { checkHash } from './folder-store.ts'
import { explainS3, s3Where } from './explain-s3.ts'
import { uploadRecord } from './upload-record.ts'

/** Files above this are sent in parts, which are not sent again after a cut. Parts grow where ten thousand of them would not do. */
const partBytes = 16 * 2 ** 20
const mostParts = 9000
/** Times that content is asked for whose bytes broke off on the way. */
const mostReads = 3
/** What a store says of parts that it does not know, or knows otherwise than it said when they were sent. */
const begunIsGone = new Set(['NoSuchUpload', 'InvalidPart', 'InvalidPartOrder', 'EntityTooSmall'])

/**
 * A store in a bucket: AWS S3, MinIO, R2, Ceph and the like, through the AWS SDK. Endpoint, region and credentials come from the environment (AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, AWS_REGION,
 * AWS_ACCESS_KEY_ID …) or from the SDK's own files and roles.
 */
export function s3Store(
  url: string,
  {
    part = partBytes,
    tries = 5,
    patience = 60,
  }: { part?: number; tries?: number; /** Seconds of silence after which a request has failed. */ patience?: number } = {},
): ArtifactStore {
  const [, Bucket, path = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(url) ?? []
  if (url.includes('@'))
    throw new BadInput(
      `${url.replace(/[^/]*@/, '')}: credentials are no part of the address: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, in the environment or in .env`,
    )
  if (Bucket === undefined)
    throw new BadInput(`${url} is no bucket: give s3://bucket/prefix, the bucket in small letters, digits, dots and dashes`)
  const prefix = path.replace(/\/+$/, '')
  const endpoint = process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL']
  const client = new S3Client({
    region: process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1',
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    maxAttempts: tries,
    // Without these a server that takes requests and says nothing is waited for for ever.
    requestHandler: { connectionTimeout: 1000 * Math.min(10, patience), socketTimeout: 1000 * patience },
    // Checksums in trailers are AWS's own; ours (MD5 on the way, SHA-256 of the whole) are understood everywhere.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  const where = s3Where(endpoint, Bucket, prefix)
  const Key = (key: string) => (prefix ? `${prefix}/${key}` : key)
  const ask = async <T>(work: () => Promise<T>, missing?: T): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      if (missing !== undefined && isMissing(error)) return missing
      throw explainS3(error, where)
    }
  }

  /** Content that broke off is asked for again; what is refused, or is other content, is not. */
  const again = async (signal: AbortSignal | undefined, work: () => Promise<void>) => {
    for (let read = 1; ; read++) {
      try {
        return await work()
      } catch (error) {
        const known = explainS3(error, where)
        signal?.throwIfAborted()
        if (read === mostReads || !/does not answer/.test((known as Error).message)) throw known
      }
    }
  }

  async function putWhole(key: string, file: string, sha256: string, signal?: AbortSignal) {
    const handle = await open(file)
    try {
      const Body = await handle.readFile()
      checkHash(createHash('sha256').update(Body).digest('hex'), sha256, file)
      await client.send(new PutObjectCommand({ Bucket, Key: Key(key), Body, ContentMD5: md5(Body) }), { abortSignal: signal })
    } finally {
      await handle.close()
    }
  }

  async function putParts(key: string, file: string, sha256: string, bytes: number, signal?: AbortSignal) {
    const size = Math.max(part, Math.ceil(bytes / mostParts))
    const record = uploadRecord({ where, key, sha256, size })
    let upload = record.read()
    const handle = await open(file)
    try {
      if (!upload) {
        const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: Key(key) }), { abortSignal: signal })
        upload = { id: UploadId as string, etags: [] }
        record.write(upload)
      }
      const digest = createHash('sha256')
      for (let number = 1, from = 0; from < bytes; number++, from += size) {
        const Body = Buffer.alloc(Math.min(size, bytes - from))
        await handle.read(Body, 0, Body.length, from)
        digest.update(Body)
        if (upload.etags[number - 1] !== undefined) continue
        const sent = await client.send(
          new UploadPartCommand({ Bucket, Key: Key(key), UploadId: upload.id, PartNumber: number, Body, ContentMD5: md5(Body) }),
          { abortSignal: signal },
        )
        upload.etags.push(sent.ETag as string)
        record.write(upload)
      }
      checkHash(digest.digest('hex'), sha256, file)
      const Parts = upload.etags.map((ETag, i) => ({ ETag, PartNumber: i + 1 }))
      await client.send(new CompleteMultipartUploadCommand({ Bucket, Key: Key(key), UploadId: upload.id, MultipartUpload: { Parts } }), {
        abortSignal: signal,
      })
      record.forget()
    } finally {
      await handle.close()
    }
  }

  async function send(key: string, file: string, sha256: string, bytes: number, signal?: AbortSignal) {
    if (bytes <= part) return putWhole(key, file, sha256, signal)
    try {
      await putParts(key, file, sha256, bytes, signal)
    } catch (error) {
      // The store has thrown the begun upload away, or said other things of its parts than it knows now: once more from the beginning.
      if (!begunIsGone.has((error as { name?: string }).name ?? '')) throw error
      uploadRecord({ where, key, sha256, size: Math.max(part, Math.ceil(bytes / mostParts)) }).forget()
      await putParts(key, file, sha256, bytes, signal)
    }
  }

  return {
    where,
    size: (key) =>
      ask(async () => (await client.send(new HeadObjectCommand({ Bucket, Key: Key(key) }))).ContentLength ?? null, null as number | null),
    put: (key, file, { sha256, signal }) =>
      ask(async () => {
        const { size: bytes } = statSync(file)
        await send(key, file, sha256, bytes, signal)
        const kept = (await client.send(new HeadObjectCommand({ Bucket, Key: Key(key) }), { abortSignal: signal })).ContentLength
        if (kept !== bytes)
          throw new BadInput(
            `${where} took ${bytes} bytes of ${key} and holds ${kept ?? 'none'}: check AWS_ENDPOINT_URL, and whether a proxy or a login page stands before it`,
          )
      }),
    get: (key, file, { sha256, signal }) =>
      again(signal, async () => {
        const neighbour = `${file}.${process.pid}.part`
        try {
          mkdirSync(dirname(file), { recursive: true })
          const digest = createHash('sha256')
          const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: Key(key) }), { abortSignal: signal })
          const hashing = new Transform({
            transform(chunk: Buffer, _encoding, done) {
              digest.update(chunk)
              done(null, chunk)
            },
          })
          await pipeline(Body as Readable, hashing, createWriteStream(neighbour, { flush: true }), { signal })
          checkHash(digest.digest('hex'), sha256, `${where}: ${key}`)
          renameSync(neighbour, file)
        } catch (error) {
          rmSync(neighbour, { force: true })
          throw explainDiskError(error, file)
        }
      }),
    read: (key) =>
      ask(
        async () => (await (await client.send(new GetObjectCommand({ Bucket, Key: Key(key) }))).Body?.transformToString()) ?? null,
        null as string | null,
      ),
    write: (key, text) =>
      ask(async () => {
        const Body = Buffer.from(text)
        await client.send(new PutObjectCommand({ Bucket, Key: Key(key), Body, ContentMD5: md5(Body), ContentType: 'application/json' }))
      }),
    remove: (key) => ask(async () => void (await client.send(new DeleteObjectCommand({ Bucket, Key: Key(key) })))),
    async *list(some) {
      try {
        for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: Key(some) }))
          for (const { Key: found = '', Size = 0, LastModified = new Date(0) } of page.Contents ?? [])
            yield { key: prefix ? found.slice(prefix.length + 1) : found, bytes: Size, written: LastModified }
      } catch (error) {
        throw explainS3(error, where)
      }
    },
    async [Symbol.asyncDispose]() {
      client.destroy()
    },
  }
}

const md5 = (body: Buffer) => createHash('md5').update(body).digest('base64')
const isMissing = (error: unknown) => {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } }
  return name === 'NotFound' || name === 'NoSuchKey' || ($metadata?.httpStatusCode === 404 && name !== 'NoSuchBucket')
}
