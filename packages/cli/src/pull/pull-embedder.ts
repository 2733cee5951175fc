import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BadInput, pathBelow, paths, writeJson } from '@whetstone/core'
import { onnxFile, onnxNeeds, onnxTypes, type OnnxType } from '@whetstone/inference/onnx-files.ts'
import { download, hubFile } from '@whetstone/tasks'
import { listHub, parseHubModel } from './hub-address.ts'

/** Brings what transformers.js needs of an ONNX embedding model to models/<owner>/<repo>/, where the embedder `transformers` finds it without a network. Returns repository and files. */
export async function pullEmbedder(embedder: string, type: OnnxType, signal?: AbortSignal): Promise<{ repo: string; files: string[] }> {
  const address = parseHubModel(embedder.startsWith('hf:') ? embedder : `hf:${embedder}`)
  const { repo, revision, file, quantization } = address
  if (file !== undefined || quantization !== undefined)
    throw new BadInput(
      `--embedder=${embedder}: give owner/repo alone, and which of its ONNX files with --type=${Object.keys(onnxTypes).join('|')}`,
    )
  const there = (await listHub(address, signal)).map((each) => each.file)
  const weights = onnxFile(type)
  const missing = [...onnxNeeds, weights].filter((needed) => !there.includes(needed))
  if (missing.length > 0) {
    const onnx = there.filter((name) => name.endsWith('.onnx'))
    const others =
      onnx.length > 0
        ? `its ONNX files: ${onnx.join(', ')}`
        : 'it has no ONNX files: pick a repository that has (often onnx-community/NAME-ONNX)'
    throw new BadInput(`${repo} has no ${missing.join(', ')}; ${others}`)
  }
  // large models keep their weights beside the graph: model.onnx_data, model.onnx_data_1, …
  const files = [
    ...onnxNeeds,
    weights,
    ...there.filter((name) => name.startsWith(weights) && /\.onnx_data(_\d+)?$/.test(name) && !name.slice(weights.length).includes('/')),
  ]
  const folder = pathBelow(paths.models(), ...repo.split('/'))
  const origin: Record<string, string> = {}
  for (const name of files) {
    const to = join(folder, name)
    if (existsSync(to)) continue
    const found = await hubFile({ kind: 'model', repo, revision, path: name }, signal)
    const { sha256 } = await download({ url: found.url, headers: found.headers, sha256: found.sha256, to, signal })
    origin[name] = sha256
  }
  if (Object.keys(origin).length > 0)
    writeJson(join(folder, 'card.json'), { name: repo, source: `hf:${repo}${revision ? `@${revision}` : ''}`, sha256: origin })
  return { repo, files }
}
