import type { Language } from '../sandboxes/sandbox.ts'
import type { CodeProblem } from './code-problem.ts'

const tags: Record<Language, readonly string[]> = { python: ['python', 'py', 'python3'], javascript: ['javascript', 'js', 'node', 'mjs'] }

/**
 * Finds the program in an answer and returns the sources to run, one after the other; null where there is none. Of the fenced blocks in the
 * language (or in none) the last counts that defines the function asked for, else the last; without a fence the whole answer. What defines
 * the function runs after the task's opening; what does not continues it, up to the first line that is not indented.
 */
export function codeSources(answer: string, { language, names, opening }: CodeProblem): string[] | null {
  const blocks = fenced(answer).filter(({ tag }) => tag === '' || tags[language].includes(tag))
  const defines = definition(language, names[0] as string)
  const code = blocks.findLast(({ text }) => defines.test(text))?.text ?? blocks.at(-1)?.text ?? answer
  if (code.trim() === '') return null
  if (language === 'javascript') return [...nonEmpty(opening), code.replace(exportWord, '')]
  if (defines.test(code)) return [...nonEmpty(opening), code]
  const body = code.replace(/^(?:[ \t]*\n)+/, '')
  return /^[ \t]/.test(body) && opening !== '' ? [opening + body.split(/^(?=\S)/m, 1)[0]] : [...nonEmpty(opening), code]
}

/** QuickJS runs scripts, which have no exports. */
const exportWord = /^export\s+(?:default\s+)?(?=(?:async\s+)?(?:function|class|const|let|var)\b)/gm

const nonEmpty = (text: string) => (text === '' ? [] : [text])

/** Fenced blocks with their language tags; one that is never closed ends with the answer. */
function fenced(answer: string): { tag: string; text: string }[] {
  const blocks: { tag: string; text: string }[] = []
  let open: { fence: string; tag: string; lines: string[] } | null = null
  const close = () => {
    if (open) blocks.push({ tag: open.tag, text: `${open.lines.join('\n')}\n` })
    open = null
  }
  for (const line of answer.split(/\r?\n/)) {
    const [, fence, tag] = /^\s*(```+|~~~+)\s*([\w+#.-]*)/.exec(line) ?? []
    if (open && fence?.startsWith((open as { fence: string }).fence) && tag === '') close()
    else if (open) (open as { lines: string[] }).lines.push(line)
    else if (fence) open = { fence, tag: (tag ?? '').toLowerCase(), lines: [] }
  }
  close()
  return blocks
}

function definition(language: Language, name: string): RegExp {
  if (language === 'python') return new RegExp(String.raw`^(?:(?:async\s+)?def|class)\s+${name}\b|^${name}\s*(?::[^=\n]+)?=`, 'm')
  const exported = String.raw`(?:export\s+(?:default\s+)?)?`
  return new RegExp(String.raw`^\s*${exported}(?:(?:async\s+)?function\s*\*?|const|let|var|class)\s*\b${name}\b`, 'm')
}
