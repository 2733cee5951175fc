import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput, type Memory } from '@whetstone/core'
import { lexicalEmbedder } from '@whetstone/similarity'
import { openBank } from './open-bank.ts'

const test = suite('object store')

/** The part of the S3 protocol that a bank needs, in memory: get with ranges, conditional put, list, delete, multipart. */
function objectStore(objects: Map<string, Buffer>) {
  const parts = new Map<string, Map<number, Buffer>>()
  const listing = (bucket: string, prefix: string, delimiter: string | null) => {
    const keys = [...objects.keys()]
      .filter((key) => key.startsWith(`${bucket}/${prefix}`))
      .map((key) => key.slice(bucket.length + 1))
      .sort()
    const folders = new Set<string>()
    const files = keys.filter((key) => {
      const cut = delimiter ? key.indexOf(delimiter, prefix.length) : -1
      if (cut >= 0) folders.add(key.slice(0, cut + 1))
      return cut < 0
    })
    const contents = files.map(
      (key) =>
        `<Contents><Key>${key}</Key><Size>${objects.get(`${bucket}/${key}`)?.length}</Size><LastModified>2026-11-21T00:00:00.000Z</LastModified><ETag>"e"</ETag></Contents>`,
    )
    return `<?xml version="1.0"?><ListBucketResult><Name>${bucket}</Name><Prefix>${prefix}</Prefix><KeyCount>${files.length}</KeyCount><IsTruncated>false</IsTruncated>${contents.join('')}${[...folders].map((folder) => `<CommonPrefixes><Prefix>${folder}</Prefix></CommonPrefixes>`).join('')}</ListBucketResult>`
  }
  return async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const url = new URL(request.url as string, 'http://x')
    const key = decodeURIComponent(url.pathname.slice(1))
    const send = (status: number, content: string | Buffer = '', headers: Record<string, string> = {}) =>
      response
        .writeHead(status, {
          etag: '"e"',
          'last-modified': 'Sat, 21 Nov 2026 00:00:00 GMT',
          'content-length': String(Buffer.byteLength(content)),
          ...headers,
        })
        .end(content)
    const upload = url.searchParams.get('uploadId')
    if (request.method === 'POST' && url.searchParams.has('uploads'))
      return send(200, `<InitiateMultipartUploadResult><UploadId>${key}</UploadId></InitiateMultipartUploadResult>`)
    if (request.method === 'PUT' && upload) {
      parts.set(upload, (parts.get(upload) ?? new Map()).set(Number(url.searchParams.get('partNumber')), body))
      return send(200)
    }
    if (request.method === 'POST' && upload) {
      objects.set(key, Buffer.concat([...(parts.get(upload) ?? new Map()).entries()].sort(([a], [b]) => a - b).map(([, part]) => part)))
      return send(200, '<CompleteMultipartUploadResult><ETag>"e"</ETag></CompleteMultipartUploadResult>')
    }
    if (request.method === 'PUT') {
      if (request.headers['if-none-match'] === '*' && objects.has(key)) return send(412, '<Error><Code>PreconditionFailed</Code></Error>')
      const source = request.headers['x-amz-copy-source']
      objects.set(key, source ? (objects.get(decodeURIComponent(String(source)).replace(/^\//, '')) as Buffer) : body)
      return send(200, source ? '<CopyObjectResult><ETag>"e"</ETag></CopyObjectResult>' : '')
    }
    if (request.method === 'DELETE') return (objects.delete(key), send(204))
    if (url.searchParams.get('list-type') === '2')
      return send(200, listing(key.replace(/\/$/, ''), url.searchParams.get('prefix') ?? '', url.searchParams.get('delimiter')))
    const object = objects.get(key)
    if (!object) return send(404, '<Error><Code>NoSuchKey</Code></Error>')
    if (request.method === 'HEAD') return send(200, '', { 'content-length': String(object.length) })
    const [, from, to] = /bytes=(\d*)-(\d*)/.exec(String(request.headers.range ?? '')) ?? []
    if (from === undefined) return send(200, object)
    const start = from === '' ? object.length - Number(to) : Number(from)
    const end = from === '' || to === '' ? object.length : Math.min(object.length, Number(to) + 1)
    return send(206, object.subarray(start, end), { 'content-range': `bytes ${start}-${end - 1}/${object.length}` })
  }
}

test('a bank lives under s3://bucket/prefix as it does in a folder', async () => {
  const objects = new Map<string, Buffer>()
  const server = createServer(objectStore(objects))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const storageOptions = {
      aws_access_key_id: 'id',
      aws_secret_access_key: 'secret',
      aws_region: 'us-east-1',
      aws_endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      allow_http: 'true',
    }
    const uri = 's3://bucket/team/memory.lance'
    const item: Memory = {
      id: 'memory-1',
      title: 'kx',
      description: '',
      content: 'kx=a;',
      sourceTask: 't',
      sourceTraces: [],
      success: true,
      createdAt: '',
      embedding: [],
      reflector: 'test',
    }
    {
      await using bank = await openBank({ uri, embedder: lexicalEmbedder(), storageOptions })
      assert.equal(await bank.remember([item]), { added: 1, size: 1 })
      await bank.tag('round-001')
      assert.equal(await bank.remember([item]), { added: 0, size: 1 })
    }
    await using bank = await openBank({ uri, embedder: lexicalEmbedder(), storageOptions, tag: 'round-001' })
    assert.is((await bank.recall([{ task: { id: 'q', prompt: '4kx3=', taskset: 'operators' }, k: 1 }]))[0]?.memories[0]?.content, 'kx=a;')
    assert.ok([...objects.keys()].every((key) => key.startsWith('bucket/team/memory.lance/')))
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('a store that cannot be reached is one line', async () => {
  const storageOptions = {
    aws_access_key_id: 'id',
    aws_secret_access_key: 's',
    aws_region: 'us-east-1',
    aws_endpoint: 'http://127.0.0.1:9',
    allow_http: 'true',
    client_max_retries: '0',
    client_retry_timeout: '1',
  }
  const error: Error = await openBank({ uri: 's3://bucket/none', embedder: lexicalEmbedder(), storageOptions }).then(
    () => new Error('opened'),
    (failed: Error) => failed,
  )
  assert.instance(error, BadInput)
  assert.match(
    error.message,
    /^Cannot open the memory bank s3:\/\/bucket\/none at \S+: the store does not answer \(Connect\w*\): check AWS_ENDPOINT_URL/,
  )
  assert.not.match(error.message, /\n/)
})

test.run()
