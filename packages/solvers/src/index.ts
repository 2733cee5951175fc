export * from './direct.ts'
