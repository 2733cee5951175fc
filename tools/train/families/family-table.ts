// One row a family: a small random model in which every special feature is there and bites (scores and logits large enough for soft caps, windows and original contexts shorter than the
// rows), and the features that must matter.
export type FamilyCase = {
  name: string
  spec: Record<string, unknown>
  /** Each left out of the trainer's graph must show against libllama. */
  features: string[]
  /** Context of serving, where it decides something. */
  serving?: number
  /** Bounds of |d log p|, where not 1e-5 in the mean and 1e-3 at most. */
  bounds?: [number, number]
}

const ones = (n: number, f: (i: number) => number) => Array.from({ length: n }, (_, i) => f(i))
const scales = { embedding: 1, head: 0.4, matrix: 2.5, gain: 1, gain_deviation: 0.3, bias_deviation: 0.5 }
/** Of deep models whose GELU is served from a table of half-precision numbers: a last bit that differs grows from layer to layer. */
const deep = { embedding: 0.3, head: 0.6, matrix: 0.7, gain: 0.4, gain_deviation: 0.05 }
const layers = (block_count: number) => ({ block_count })

const all: FamilyCase[] = [
  { name: 'llama', spec: { architecture: 'llama' }, features: ['positions', 'rope-pairs', 'norm-before'] },
  {
    name: 'llama 3: factors, biases, fused',
    spec: { architecture: 'llama', biases: true, fused_qkv: true, rope_factors: ones(8, (i) => 1 + i) },
    features: ['rope-factors', 'biases'],
  },
  {
    name: 'llama, yarn',
    spec: {
      architecture: 'llama',
      keys: {
        'rope.scaling.type': 'yarn',
        'rope.scaling.factor': 4,
        'rope.scaling.original_context_length': 16,
        'rope.scaling.attn_factor': 1.1,
      },
    },
    features: ['yarn', 'rope-scale', 'rope-magnitude'],
  },
  { name: 'qwen2', spec: { architecture: 'qwen2' }, features: ['biases', 'rope-pairs'] },
  { name: 'qwen3', spec: { architecture: 'qwen3', head_dim: 32 }, features: ['qk-norm', 'rope-pairs'] },
  {
    name: 'gemma2',
    spec: {
      architecture: 'gemma2',
      head_dim: 32,
      ...layers(4),
      keys: {
        'attention.sliding_window': 8,
        attn_logit_softcapping: 5,
        final_logit_softcapping: 6,
        'rope.freq_base_swa': 500,
        'rope.scaling.type': 'linear',
        'rope.scaling.factor': 2,
      },
    },
    features: ['window', 'window-rope', 'attention-cap', 'logit-cap', 'embedding-scale', 'norm-after', 'gelu', 'rope-scale'],
  },
  {
    name: 'gemma2 27B',
    spec: { architecture: 'gemma2', head_dim: 64, ...layers(46), init: deep },
    features: ['attention-scale'],
    bounds: [2e-4, 1e-3],
  },
  {
    name: 'gemma3',
    spec: {
      architecture: 'gemma3',
      head_dim: 32,
      ...layers(6),
      keys: {
        'attention.sliding_window': 8,
        'attention.sliding_window_pattern': 3,
        final_logit_softcapping: 6,
        'rope.freq_base': 1e6,
        'rope.scaling.type': 'linear',
        'rope.scaling.factor': 8,
      },
    },
    features: ['window', 'window-rope', 'logit-cap', 'embedding-scale', 'qk-norm', 'norm-after', 'gelu', 'rope-scale'],
  },
  {
    name: 'gemma3 27B',
    spec: { architecture: 'gemma3', head_dim: 64, ...layers(62), init: deep },
    features: ['attention-scale'],
    bounds: [2e-4, 1e-3],
  },
  {
    name: 'phi3, long',
    spec: {
      architecture: 'phi3',
      long_factors: ones(6, (i) => 2 + i),
      short_factors: ones(6, (i) => 1 + i / 4),
      keys: {
        'rope.dimension_count': 12,
        'rope.scaling.attn_factor': 1.2,
        'rope.scaling.original_context_length': 64,
        'attention.sliding_window': 8,
      },
    },
    features: ['rope-factors', 'long-factors', 'rope-magnitude'],
    serving: 128,
  },
  {
    name: 'phi3, short',
    spec: {
      architecture: 'phi3',
      fused_qkv: false,
      long_factors: ones(8, (i) => 2 + i),
      short_factors: ones(8, (i) => 1 + i / 4),
      keys: { 'rope.scaling.original_context_length': 256 },
    },
    features: ['rope-factors', 'long-factors'],
    serving: 250,
  },
  { name: 'smollm3', spec: { architecture: 'smollm3', ...layers(4) }, features: ['no-positions', 'rope-pairs'] },
  {
    name: 'granite',
    spec: {
      architecture: 'granite',
      biases: true,
      keys: { logit_scale: 0.5, residual_scale: 0.4, embedding_scale: 3, 'attention.scale': 0.1 },
    },
    features: ['logit-scale', 'residual-scale', 'embedding-scale', 'attention-scale', 'biases', 'rope-pairs'],
  },
  {
    name: 'granite without positions',
    spec: { architecture: 'granite', keys: { 'rope.scaling.finetuned': false } },
    features: ['no-positions'],
  },
  {
    name: 'qwen3moe',
    spec: {
      architecture: 'qwen3moe',
      head_dim: 32,
      keys: { expert_count: 8, expert_used_count: 3, expert_feed_forward_length: 48 },
    },
    features: ['expert', 'qk-norm', 'rope-pairs'],
  },
  {
    name: 'granitemoe, a shared expert',
    spec: {
      architecture: 'granitemoe',
      keys: {
        expert_count: 6,
        expert_used_count: 2,
        expert_shared_feed_forward_length: 40,
        logit_scale: 0.5,
        residual_scale: 0.4,
        embedding_scale: 3,
        'attention.scale': 0.1,
      },
    },
    features: ['expert', 'shared-expert', 'residual-scale', 'attention-scale', 'rope-pairs'],
  },
  {
    name: 'lfm2',
    spec: {
      architecture: 'lfm2',
      ...layers(4),
      keys: { 'attention.head_count_kv': [0, 2, 0, 2], 'shortconv.l_cache': 3 },
    },
    features: ['convolution', 'qk-norm', 'rope-pairs'],
  },
  {
    name: 'lfm2 with windows, a convolution last',
    spec: {
      architecture: 'lfm2',
      ...layers(3),
      keys: { 'attention.head_count_kv': [2, 2, 0], 'shortconv.l_cache': 4, 'attention.sliding_window': 8 },
    },
    features: ['convolution', 'window'],
  },
  {
    name: 'minicpm',
    spec: { architecture: 'minicpm', keys: { logit_scale: 0.7 } },
    features: ['logit-scale', 'residual-scale', 'embedding-scale', 'rope-pairs'],
  },
  {
    name: 'mistral3',
    spec: {
      architecture: 'mistral3',
      head_dim: 32,
      keys: {
        'rope.scaling.type': 'yarn',
        'rope.scaling.factor': 4,
        'rope.scaling.original_context_length': 16,
        'rope.scaling.yarn_beta_fast': 4,
        'rope.scaling.yarn_beta_slow': 0.5,
        'rope.scaling.yarn_log_multiplier': 0.7,
        'attention.temperature_scale': 0.3,
      },
    },
    features: ['temperature', 'yarn', 'rope-scale', 'rope-magnitude', 'rope-pairs'],
  },
  { name: 'olmo2', spec: { architecture: 'olmo2' }, features: ['qk-norm', 'norm-after'] },
  {
    name: 'olmo 3: windows, yarn',
    spec: {
      architecture: 'olmo2',
      ...layers(4),
      keys: {
        'attention.sliding_window': 8,
        'rope.scaling.type': 'yarn',
        'rope.scaling.factor': 4,
        'rope.scaling.original_context_length': 16,
      },
    },
    features: ['window', 'window-rope', 'qk-norm', 'norm-after', 'yarn'],
  },
  {
    name: 'exaone4',
    spec: { architecture: 'exaone4', rope_factors: ones(8, (i) => 1 + i) },
    features: ['qk-norm', 'norm-after', 'rope-factors'],
  },
  {
    name: 'exaone4, 64 thin layers',
    spec: { architecture: 'exaone4', ...layers(64), feed_forward_length: 64, keys: { 'attention.sliding_window': 8 } },
    features: ['window', 'no-positions'],
  },
]

/** `FAMILY=moe` tries those alone whose names hold the word. */
export const families = all.filter(({ name }) => name.includes(process.env['FAMILY'] ?? ''))

/** The spec of a case with the common sizes and scales. A name, because libllama looks for Phi-3's own tokens where a model is called so. */
export const specOf = ({ spec }: FamilyCase): Record<string, unknown> => ({
  name: 'random',
  context_length: 128,
  embedding_length: 64,
  feed_forward_length: 96,
  head_count: 4,
  head_count_kv: 2,
  tied_embeddings: false,
  init: scales,
  ...spec,
})
