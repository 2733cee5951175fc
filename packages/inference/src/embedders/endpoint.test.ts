import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput } from '@whetstone/core'
import { lexicalEmbedder } from '@whetstone/similarity'
import { embedderContract } from '../embedder-contract.ts'
import endpoint from './endpoint.ts'

const test = suite('endpointEmbedder')
const served = lexicalEmbedder({ dimensions: 64 })
/** What the server does before it answers: statuses to give first. */
let trouble: number[] = []
let shuffled = true
const server = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  const status = trouble.shift()
  if (status)
    return void response
      .writeHead(status, { 'content-type': 'application/json', 'retry-after-ms': '1' })
      .end('{"error":{"message":"trouble"}}')
  const { input } = JSON.parse(body) as { input: string[] }
  const vectors = await served.embed(input, 'document')
  const data = vectors.map((vector, index) => ({ object: 'embedding', index, embedding: Array.from(vector, (value) => 3 * value) }))
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify({ object: 'list', model: 'm', data: shuffled ? data.reverse() : data.slice(1) }))
})
test.before(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
test.after(() => {
  server.closeAllConnections()
  server.close()
})
const open = () =>
  endpoint({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, model: 'm', batch: 3, retries: 2 }).open()
const refusal = async (work: () => Promise<unknown>) => {
  const error = await work().then(
    () => new Error('not refused'),
    (failed: Error) => failed,
  )
  assert.instance(error, BadInput)
  return error.message
}

embedderContract(test, open)

test('what fails for a while is retried', async () => {
  await using embedder = await open()
  trouble = [503, 429]
  assert.is((await embedder.embed(['a'], 'query')).length, 1)
  assert.equal(trouble, [])
})

test('what keeps failing is one line that says how to go on', async () => {
  await using embedder = await open()
  trouble = [500, 500, 500]
  assert.match(
    await refusal(() => embedder.embed(['a'], 'query')),
    /does not answer after 3 tries .*run the same command again, it resumes/,
  )
  trouble = [401]
  assert.match(await refusal(() => embedder.embed(['a'], 'query')), /refuses the API key .*OPENAI_API_KEY/)
  shuffled = false
  assert.match(await refusal(() => embedder.embed(['a', 'b'], 'query')), /1 embeddings for 2 texts/)
  shuffled = true
  assert.match(
    await refusal(() => endpoint({ url: 'http://127.0.0.1:9/v1', model: 'm', retries: 0 }).open()),
    /does not answer after 1 tries/,
  )
})

test.run()
