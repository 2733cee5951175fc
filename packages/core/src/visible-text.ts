/** Controls, marks that turn the direction of text, and characters of no width (fillers, tags, spare variation selectors, annotations): what could move a cursor, rename a window, or hide or reverse what is read. Line feed and tab stay. */
// eslint-disable-next-line no-control-regex
const hidden =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF0-\uFFFB]|\uD82F[\uDCA0-\uDCA3]|\uD834[\uDD73-\uDD7A]|[\uDB40-\uDB43][\uDC00-\uDFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g

/** Untrusted text with everything visible that would otherwise act or hide: `\u001b` as ␛, a right-to-left override as ⟨U+202E⟩. For terminals and pages alike; escaping for HTML comes on top. */
export const visibleText = (text: string): string =>
  text.replace(hidden, (character) => {
    const code = character.codePointAt(0) as number
    if (code < 0x20) return String.fromCodePoint(0x2400 + code)
    if (code === 0x7f) return '\u2421'
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
  })
