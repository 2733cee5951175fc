export * from './llama-train.ts'
export * from './merge.ts'
export * from './quantize.ts'
export * from './shuffled-control.ts'
