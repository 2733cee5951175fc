// Every installed package has a licence that this project may use; a new one is looked at by a person, then named here.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '@whetstone/core'

const permissive = [
  'MIT',
  'MIT-0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'Unlicense',
  'CC0-1.0',
  'Python-2.0',
  'Zlib',
  'CC-BY-4.0',
]
/** Weak copyleft, in files or libraries of their own that are used as they are. */
const weak = ['MPL-2.0', 'LGPL-3.0-or-later']
/** Fonts under the Bitstream Vera licence, read as a file; two parts of s3rver (tests only), MIT by their readme. */
const looked = ['dejavu-fonts-ttf', 'only', 'humanize-number']

const test = suite('licences')
type Entry = { link?: boolean; license?: unknown }
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, Entry> }

test('installed packages are under licences that were looked at', () => {
  const unknown: string[] = []
  let counted = 0
  for (const [path, entry] of Object.entries(lock.packages)) {
    const file = join(root, path, 'package.json')
    if (!path.includes('node_modules/') || entry.link || !existsSync(file)) continue
    counted++
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
    const licence = licenceOf(JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>)
    const parts = licence.split(/\s+(?:AND|OR)\s+|[()]/).filter(Boolean)
    if (!looked.includes(name) && (parts.length === 0 || !parts.every((part) => permissive.includes(part) || weak.includes(part))))
      unknown.push(`${name}: ${licence || 'none'}`)
  }
  assert.ok(counted > 300, String(counted))
  assert.equal(unknown, [])
})

test('versions are exact', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, Record<string, string>>
  const loose = Object.entries({ ...manifest['dependencies'], ...manifest['devDependencies'] }).filter(
    ([name, version]) => !/^\d+\.\d+\.\d+/.test(version) && name !== '@types/node',
  )
  assert.equal(loose, [])
})

function licenceOf(manifest: Record<string, unknown>): string {
  const { license, licenses } = manifest
  if (typeof license === 'string') return license
  const listed = [license, ...(Array.isArray(licenses) ? licenses : [licenses])] as ({ type?: string } | undefined)[]
  return listed.flatMap((each) => each?.type ?? []).join(' OR ')
}
test.run()
