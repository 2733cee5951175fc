/** Characters the seed model reads and writes as single tokens; all others fall back to bytes. */
export const seedCharacters = '0123456789+=;abcdefghijklmnopqrstuvwxyz'

const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`)

/**
 * What llama-init makes the seed model from: a llama of 0.9M parameters without position encoding (NoPE), since with RoPE nothing learned
 * at N digits carries over to N+1. The chat template only joins the turns, so a memory line in the system message stands right before the
 * prompt; the answer ends with the end token.
 */
export const seedSpec = {
  architecture: 'llama',
  name: 'whetstone-tiny',
  context_length: 2048,
  embedding_length: 128,
  block_count: 4,
  feed_forward_length: 384,
  head_count: 4,
  nope: true,
  rms_eps: 1e-5,
  tied_embeddings: false,
  tokenizer: {
    model: 'llama',
    tokens: ['<unk>', '<s>', '</s>', ...bytes, ...seedCharacters],
    bos: 1,
    eos: 2,
    unk: 0,
    // A first token to count from teaches absolute positions: 100% at 4 digits, and nothing carries over to 5.
    add_bos: false,
    add_space_prefix: false,
  },
  chat_template:
    "{% for message in messages %}{{ message['content'] }}{% if message['role'] == 'assistant' %}{{ eos_token }}{% endif %}{% endfor %}",
}
