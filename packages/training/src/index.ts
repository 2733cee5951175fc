export * from './average.ts'
export * from './importance-matrix.ts'
export * from './merge.ts'
export * from './quantize.ts'
