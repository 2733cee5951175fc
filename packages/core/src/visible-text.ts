/** Controls, marks that turn the direction of text, and characters of no width: what could move a cursor, rename a window, or hide or reverse what is read. Line feed and tab stay. */
// eslint-disable-next-line no-control-regex
const hidden =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g

/** Untrusted text with everything visible that would otherwise act or hide: `\u001b` as ␛, a right-to-left override as ⟨U+202E⟩. For terminals and pages alike; escaping for HTML comes on top. */
export const visibleText = (text: string): string =>
  text.replace(hidden, (character) => {
    const code = character.charCodeAt(0)
    if (code < 0x20) return String.fromCodePoint(0x2400 + code)
    if (code === 0x7f) return '\u2421'
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
  })
