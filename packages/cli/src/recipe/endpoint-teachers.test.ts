import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Teacher } from '@whetstone/core'
import { endpointTeachers, type TeacherFlags } from './endpoint-teachers.ts'

const test = suite('endpoint teachers')
/** Nothing listens there. */
const gone = 'http://127.0.0.1:9'
const named = (flags: Partial<TeacherFlags>) => endpointTeachers(flags as TeacherFlags, { concurrency: 1 }, undefined)
const said = (teacher: Teacher | undefined) =>
  (teacher as Teacher).open().then(
    () => 'opened',
    (error: Error) => error.message,
  )

test('a teacher that does not answer names the flag that it came by', async () => {
  const both = named({ teacher: gone, 'advanced-teacher': gone })
  assert.match(await said(both.basic), /does not answer \(.*\): start the server, or check --teacher$/)
  assert.match(await said(both.advanced), /start the server, or check --advanced-teacher$/)
  const one = named({ teacher: gone })
  assert.match(await said(one.advanced), /start the server, or check --teacher$/)
  assert.equal(Object.keys(named({ 'advanced-teacher': gone })), ['advanced'])
})

test.run()
