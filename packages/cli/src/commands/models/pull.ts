import { relative } from 'node:path'
import { BadInput, root } from '@whetstone/core'
import { defineCommand } from '../../command.ts'
import { pullModel } from '../../pull/pull-model.ts'

export default defineCommand({
  about: 'brings a GGUF model to models/<name>/ with a card: progress bar, resume, checksum where the hub gives one',
  flags: {
    model: {
      type: 'file',
      about: 'hf:owner/repo/file.gguf, https://…/file.gguf, or a path. HF_ENDPOINT names a mirror, HF_TOKEN opens gated models',
    },
    name: { type: 'string', about: "folder under models/ (default: the file's name)" },
  },
  examples: [
    'npx nx run models:pull --model=hf:Qwen/Qwen3-1.7B-GGUF/Qwen3-1.7B-Q8_0.gguf --name=qwen3-1.7b',
    'npx nx run models:pull --model=hf:Qwen/Qwen3-1.7B-GGUF    # lists the files of a repository',
    'npx nx run models:pull --model=/data/my-model.gguf',
  ],
  async run(flags, signal) {
    if (flags.model === undefined) throw new BadInput('models:pull needs --model=hf:owner/repo/file.gguf, an https address or a path')
    const { path, architecture, parameters, quantization, id } = await pullModel({ model: flags.model, name: flags.name, signal })
    console.log(
      `${relative(root, path as string)}: ${architecture}, ${((parameters ?? 0) / 1e6).toFixed(1)}M parameters, ${quantization}, ${id}`,
    )
  },
})
