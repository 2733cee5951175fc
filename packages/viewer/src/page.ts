import { visibleText } from '@whetstone/core'
import { html, raw } from 'hono/html'

export type Html = ReturnType<typeof html>
type Piece = Html | string | number | false | null | undefined

/** Untrusted text for a page: hidden characters shown; `html` escapes the rest. */
export const text = (value: unknown): string => visibleText(String(value ?? ''))

/** A whole page. `live` names the run whose files it follows. */
export async function page({
  title,
  trail,
  body,
  live,
}: {
  title: string
  trail: readonly [string, string][]
  body: Piece | Piece[]
  live?: string
}): Promise<string> {
  const content = Array.isArray(body) ? await Promise.all(body) : [await body]
  return String(
    await html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>${text(title)} - Whetstone</title>
          <link rel="stylesheet" href="/style.css" />
          ${live === undefined ? '' : html`<script src="/live.js" data-run="${live}" defer></script>`}
        </head>
        <body>
          <a class="skip" href="#main">Skip to the content</a>
          <header>
            <nav aria-label="Where you are">
              <ol>
                ${trail.map(([name, href]) => html`<li><a href="${href}">${text(name)}</a></li>`)}
              </ol>
            </nav>
            ${live === undefined ? '' : html`<p class="live" role="status" id="live"></p>`}
          </header>
          <main id="main">
            <h1>${text(title)}</h1>
            ${content}
          </main>
        </body>
      </html> `,
  )
}

/** A table that scrolls sideways on a narrow screen. Cells may be HTML made by `html`. */
export const table = (
  caption: string,
  head: readonly string[],
  rows: readonly (readonly Piece[])[],
  numeric: readonly number[] = [],
): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${head.map((cell, index) => html`<th scope="col" class="${numeric.includes(index) ? 'number' : ''}">${cell}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell, index) => html`<td class="${numeric.includes(index) ? 'number' : ''}">${typeof cell === 'string' ? text(cell) : (cell ?? '')}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`

/** A chart of ours (SVG that we drew) with its title; what it shows stands in a table beside it. */
export const figure = (title: string, svg: string): Html =>
  html`<figure>
    <figcaption>${title}</figcaption>
    <div class="chart" role="img" aria-label="${title}">${raw(svg)}</div>
  </figure>`

export const badge = (kind: 'good' | 'bad' | 'plain', word: string): Html => html`<span class="badge ${kind}">${word}</span>`

export const runPath = (run: string) => `/runs/${encodeURIComponent(run)}`
export const roundPath = (run: string, round: number) => `${runPath(run)}/rounds/${round}`
