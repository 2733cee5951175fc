import type { LanguageModel, OpenOptions, Rows } from './contracts.ts'
import type { Memory } from './memory.ts'
import type { Task } from './task.ts'
import type { Trace } from './trace.ts'

export type Embedder = AsyncDisposable & {
  /** Model and settings; a bank remembers it and refuses another. */
  readonly id: string
  readonly dimensions: number
  /** Unit vectors. Queries and documents may be embedded differently. */
  embed(texts: readonly string[], kind: 'query' | 'document'): Promise<Float32Array[]>
}
/** An embedder that is opened when it is needed. */
export type EmbedderSource = { readonly name: string; open(options?: OpenEmbedder): Promise<Embedder> }
export type OpenEmbedder = Pick<OpenOptions, 'gpu' | 'signal'>

/** What the memory is asked: the task to be solved. `answer` lets evaluation's leak guard drop items that hold it. */
export type RecallRequest = { task: Pick<Task, 'id' | 'prompt' | 'taskset'>; k: number; answer?: string }
export type Recalled = { memories: Memory[]; blocked: { id: string; rule: string }[] }
export type MemoryStore = AsyncDisposable & {
  /** Versions are tagged per round: a store opened at a tag recalls what was known then. */
  recall(requests: readonly RecallRequest[]): Promise<Recalled[]>
  /** Idempotent by id. */
  remember(memories: readonly Memory[]): Promise<{ added: number; size: number }>
}

/** Graded attempts become memories. The input holds no reference. */
export type Reflector = {
  readonly name: string
  reflect(traces: Rows<Trace>, options: ReflectOptions): Promise<Memory[]>
}

export type ReflectOptions = {
  createdAt: string
  /** Opens the model that reflects, the incumbent; a reflector that is a program does not call it. */
  open: () => Promise<LanguageModel>
  /** Names a round's seed for whatever is sampled. */
  seed: number
  signal?: AbortSignal
}
