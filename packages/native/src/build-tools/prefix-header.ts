import { join } from 'node:path'
import { root } from '@whetstone/core'
import { buildFolder } from './extract-source.ts'

/** What nearly every unit of ours reads, parsed once a build (see compile.ts); included first in each of them. */
export const prefixHeader = join(root, 'tools/rows/prefix.h')
/** Where the build puts its copy, with the parsed form beside it while it runs. */
export const prefixCopy = join(buildFolder, 'prefix/prefix.h')
