import { seedSpec } from '../seed-spec.ts'

/** Characters that models/chains reads and writes as single tokens; all others fall back to bytes. */
export const chainsCharacters = '0123456789+-*=;,#?!/:abcdefghijklmnopqrstuvwxyz'

/** As the seed of recipe tiny (a llama of 0.9M parameters without position encoding), with the characters of chains. */
export const chainsSpec = {
  ...seedSpec,
  name: 'whetstone-chains',
  tokenizer: { ...seedSpec.tokenizer, tokens: [...seedSpec.tokenizer.tokens.slice(0, 3 + 256), ...chainsCharacters] },
}
