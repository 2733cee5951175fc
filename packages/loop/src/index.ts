export {}
export * from './gate.ts'
export * from './retest.ts'
