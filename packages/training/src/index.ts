export * from './llama-train.ts'
