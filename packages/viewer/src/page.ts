import { text, type Piece } from '@whetstone/reports/page/pieces.ts'
import { html } from 'hono/html'

/** A whole page. `live` names the run whose files it follows, '' all runs. */
export async function page({
  title,
  trail,
  body,
  live,
  script = false,
}: {
  title: string
  trail: readonly [string, string][]
  body: Piece | Piece[]
  live?: string
  /** The page has buttons that copy. */
  script?: boolean
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
          ${script ? html`<script src="/copy.js" defer></script>` : ''}
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

export const runPath = (run: string) => `/runs/${encodeURIComponent(run)}`
export const roundPath = (run: string, round: number) => `${runPath(run)}/rounds/${round}`
