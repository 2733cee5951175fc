import { visibleText } from './visible-text.ts'

/** Untrusted text for Markdown: marks that would make links, pictures, tables, headings or HTML are escaped, hidden characters shown, one line. */
export const markdownText = (text: string): string =>
  visibleText(text)
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_[\]<>|~#!]/g, '\\$&')
