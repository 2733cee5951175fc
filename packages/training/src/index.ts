export * from './average.ts'
export * from './merge.ts'
export * from './quantize.ts'
