#!/usr/bin/env node
// The one entry of every command: `node packages/cli/whetstone.mjs loops:cycle --recipe=tiny`, which is what the Nx targets run.
// Plain JavaScript, so that a Node that cannot read TypeScript can still say so.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Node ${process.versions.node} is too old: Whetstone needs 22.18 or newer. Run through \`npx nx run …\` after \`npm ci\` (it brings Node 24), or install Node 24`,
  )
  process.exit(1)
}
// Compiled once and kept beside the modules (never in a folder that others can write): a command starts in two thirds of the time.
const { enableCompileCache } = await import('node:module')
const { fileURLToPath } = await import('node:url')
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/node', import.meta.url)))
const { main } = await import('./src/main.ts')
await main(process.argv.slice(2))
