import { BadInput, Gpu } from '@whetstone/core'
import { queueAddress } from '@whetstone/inference/queue/connect-redis.ts'
import { queueSecret } from '@whetstone/inference/queue/seal.ts'
import { runWorker } from '@whetstone/inference/queue/worker.ts'
import { ensureTools, findAccelerator } from '@whetstone/native'
import { defineCommand } from '../../command.ts'
import { describe } from '../../recipe/use-accelerator.ts'

export default defineCommand({
  about:
    'samples for loops on other machines: takes lists of requests from a queue, fetches the weights by their hash, keeps one model loaded; SIGTERM or Ctrl-C finishes the job under way. The secret that all machines share is in WHETSTONE_QUEUE_SECRET',
  flags: {
    queue: { type: 'string', about: 'redis://host:6379, or rediss:// for TLS; the password in WHETSTONE_QUEUE_PASSWORD' },
    store: {
      type: 'string',
      about: "where the weights are: a shared folder or s3://bucket/prefix (default: this checkout's checkpoints/.artifacts)",
    },
    gpu: { type: 'string', choices: Gpu.options, about: 'accelerator (default: as the loop asks, where there is one)' },
    threads: { type: 'number', min: 1, max: 1024, about: 'CPU threads (default: all cores)' },
    lock: {
      type: 'number',
      min: 1,
      max: 3600,
      default: 30,
      about: 'seconds after which a job of a worker that says nothing is taken over',
    },
  },
  examples: [
    'npx nx run loops:worker --queue=redis://10.0.0.5:6379',
    'npx nx run loops:worker --queue=rediss://queue.example.org:6380 --store=s3://bucket/team',
  ],
  async run({ queue, store, gpu, threads, lock }, signal) {
    if (queue === undefined) throw new BadInput('Say which queue: loops:worker --queue=redis://host:6379')
    // What is wrong with the command is said before tools are built for minutes.
    queueAddress(queue)
    queueSecret()
    await ensureTools(['llama-sample', 'llama-score'], { signal })
    const device = gpu === undefined ? undefined : Gpu.parse(gpu)
    const { accelerator, refused } = await findAccelerator(device ?? 'auto', { signal })
    for (const line of [...refused, ...(accelerator ? [describe(accelerator)] : [])]) console.log(line)
    await runWorker({
      url: queue,
      store,
      gpu: device,
      threads,
      lock,
      signal,
      print: (text) => console.log(text),
      prepare: (tools) => ensureTools(tools, { signal }),
    })
  },
})
