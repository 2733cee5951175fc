import { relative } from 'node:path'
import { BadInput, root } from '@whetstone/core'
import { onnxTypes, type OnnxType } from '@whetstone/inference/onnx-files.ts'
import { defineCommand } from '../../command.ts'
import { pullEmbedder } from '../../pull/pull-embedder.ts'
import { pullModel } from '../../pull/pull-model.ts'

const types = Object.keys(onnxTypes) as OnnxType[]

export default defineCommand({
  about: 'brings a GGUF model to models/<name>/ with a card, or an ONNX embedder: progress bar, resume, checksum where the hub gives one',
  positional: { name: 'model', about: 'as --model' },
  flags: {
    model: {
      type: 'file',
      about:
        'hf:owner/repo, with :Q8_0, @revision or /file.gguf behind it; https://…/file.gguf; or a path. HF_ENDPOINT names a mirror; gated models open by `hf auth login` or HF_TOKEN',
    },
    name: { type: 'string', about: "folder under models/ (default: the file's name)" },
    embedder: { type: 'string', about: 'owner/repo of an ONNX embedding model, for the embedder `transformers`' },
    type: { type: 'string', choices: types, default: 'q8', about: "which of the embedder's ONNX files" },
  },
  examples: [
    'npx nx run models:pull hf:Qwen/Qwen3-1.7B-GGUF:Q8_0 --name=qwen3-1.7b',
    'npx nx run models:pull hf:Qwen/Qwen3-1.7B-GGUF@main/Qwen3-1.7B-Q8_0.gguf',
    'npx nx run models:pull hf:Qwen/Qwen3-1.7B-GGUF    # lists the files where there are several',
    'npx nx run models:pull --model=/data/my-model.gguf',
    'npx nx run models:pull --embedder=onnx-community/Qwen3-Embedding-0.6B-ONNX',
  ],
  async run({ _: given, ...flags }, signal) {
    const models = [...given, ...(flags.model === undefined ? [] : [flags.model])]
    if (models.length > 1) throw new BadInput(`models:pull brings one model at a time, not ${models.join(' and ')}`)
    if (models.length + (flags.embedder === undefined ? 0 : 1) !== 1)
      throw new BadInput('models:pull needs hf:owner/repo, an https address or a path, or --embedder=owner/repo')
    if (flags.embedder !== undefined) {
      const { repo, files } = await pullEmbedder(flags.embedder, flags.type as OnnxType, signal)
      return console.log(
        `models/${repo}: ${files.length} files; a recipe uses it by transformers({ model: '${repo}', dtype: '${flags.type}' })`,
      )
    }
    const { path, architecture, parameters, quantization, id } = await pullModel({ model: models[0] as string, name: flags.name, signal })
    console.log(
      `${relative(root, path as string)}: ${architecture}, ${((parameters ?? 0) / 1e6).toFixed(1)}M parameters, ${quantization}, ${id}`,
    )
  },
})
