export * from './llama-train.ts'
export * from './shuffled-control.ts'
