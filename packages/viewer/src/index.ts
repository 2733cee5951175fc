export * from './serve-viewer.ts'
export * from './viewer-app.ts'
