import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { points, rate, showP } from './figures.ts'

const test = suite('figures')

test('rates, differences and p-values as people read them', () => {
  assert.equal([rate(0.4149), points(0.12), points(-0.001)], ['41.5%', '+12.0', '-0.1'])
  assert.equal([showP(0.034), showP(0.5), showP(1.23e-9), showP(0)], ['0.034', '0.5', '1.2e-9', '<1e-300'])
})

test.run()
