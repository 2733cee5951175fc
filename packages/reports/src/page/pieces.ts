import { visibleText } from '@whetstone/core'
import { html, raw } from 'hono/html'

export type Html = ReturnType<typeof html>
export type Piece = Html | string | number | false | null | undefined

/** Untrusted text for a page: hidden characters shown; `html` escapes the rest. */
export const text = (value: unknown): string => visibleText(String(value ?? ''))

/** A cell's class: figures stand to the right, short words are not broken, sentences have room. */
const look = (cell: Piece, numeric: boolean) =>
  numeric ? 'number' : typeof cell !== 'string' ? '' : cell.length <= 24 ? 'short' : cell.length > 60 ? 'long' : ''

/** A table that scrolls sideways on a narrow screen. Cells may be HTML made by `html`. `numeric` columns stand to the right. `label` names the region where captions are alike. */
export const table = (
  caption: string,
  head: readonly Piece[],
  rows: readonly (readonly Piece[])[],
  numeric: readonly number[] = [],
  label = caption,
): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="${text(label)}">
    <table>
      <caption>
        <span>${text(caption)}</span>
      </caption>
      <thead>
        <tr>
          ${head.map((cell, index) => html`<th scope="col" class="${numeric.includes(index) ? 'number' : ''}">${typeof cell === 'string' ? text(cell) : (cell ?? '')}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell, index) => html`<td class="${look(cell, numeric.includes(index))}">${typeof cell === 'string' ? text(cell) : (cell ?? '')}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`

/** A chart of ours (SVG that we drew) with its title; what it shows stands in a table beside it. */
export const figure = (title: string, svg: string): Html =>
  html`<figure>
    <figcaption>${text(title)}</figcaption>
    <div class="chart" tabindex="0" role="region" aria-label="${text(title)}">
      <div role="img" aria-label="${text(title)}">${raw(svg)}</div>
    </div>
  </figure>`

export const badge = (kind: 'good' | 'bad' | 'plain', word: string): Html => html`<span class="badge ${kind}">${word}</span>`

/** A folded part of a page. */
export const fold = (summary: string, body: Piece): Html =>
  html`<details>
    <summary>${text(summary)}</summary>
    ${body}
  </details>`
