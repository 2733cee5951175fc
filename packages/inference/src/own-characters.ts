import { readGguf } from './read-gguf.ts'

/** Largest vocabulary that is one of characters: real ones hold tens of thousands of words and pieces. */
const most = 2000

/**
 * The characters of a model whose vocabulary is one of single characters, as model organisms have it: whatever else stands in a prompt it is given as
 * bytes, which it was never taught to read. Null for every other vocabulary: words and pieces can spell anything, and so can bytes alone.
 */
export function ownCharacters(path: string): ReadonlySet<string> | null {
  const { metadata } = readGguf(path, { keepTexts: most })
  const tokens = metadata.get('tokenizer.ggml.tokens')
  if (metadata.get('tokenizer.ggml.model') !== 'llama' || !Array.isArray(tokens)) return null
  const texts = tokens.filter((token): token is string => typeof token === 'string' && !/^<.+>$/s.test(token))
  const characters = texts.filter((token) => [...token].length === 1)
  // SentencePiece writes a space as this mark
  return characters.length > 0 && characters.length === texts.length
    ? new Set(characters.map((token) => (token === '\u2581' ? ' ' : token)))
    : null
}

/** What of some prompts a model cannot read: how many of them hold such characters, and which these are. Null where it can read all. */
export function unreadable(
  path: string | null,
  prompts: readonly string[],
): { prompts: number; of: number; characters: string[]; known: string } | null {
  const own = path === null ? null : ownCharacters(path)
  if (!own) return null
  const strange = prompts.map((prompt) => [...prompt].filter((character) => !own.has(character)))
  const held = strange.filter((characters) => characters.length > 0).length
  if (held === 0) return null
  return { prompts: held, of: prompts.length, characters: [...new Set(strange.flat())].sort(), known: [...own].sort().join('') }
}
