import { html, raw } from 'hono/html'
import { text, type Piece } from './pieces.ts'
import { style } from './style.ts'

/** A page that needs nothing beside itself: opened from a disk, sent by mail, printed. */
export async function standalonePage(title: string, body: readonly (Piece | Promise<Piece>)[]): Promise<string> {
  return `${String(
    await html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>${text(title)} - Whetstone</title>
          <style>
            ${raw(style)}
          </style>
        </head>
        <body>
          <main>
            <h1>${text(title)}</h1>
            ${await Promise.all(body)}
          </main>
        </body>
      </html>`,
  )}\n`
}
