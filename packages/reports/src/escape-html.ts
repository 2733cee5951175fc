import { visibleText } from '@whetstone/core'

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text for an HTML page; model output, memories and data files are untrusted. */
export const escapeHtml = (text: string): string => visibleText(text).replace(/[&<>"']/g, (character) => entities[character] as string)
