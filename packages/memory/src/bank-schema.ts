import type { Schema } from 'apache-arrow'
import type { Memory } from '@whetstone/core'
import { z } from 'zod'

/** Version of the table's layout; a bank written by a newer Whetstone is refused. */
export const bankFormat = 1

/** Why a memory is no longer recalled. */
export const RetiredFor = z.enum(['harmful', 'contradicted', 'duplicate', 'capacity', 'learned'])
export type RetiredFor = z.infer<typeof RetiredFor>

/** A memory as a bank holds it. */
export type StoredMemory = Memory & {
  /** Why it is no longer recalled, in words: e.g. `harmful: lift -31 points, …`; null while it is. A retired item stays, so that learning it again does not bring it back. */
  retired: string | null
  /** The same in one word; null while it is recalled. */
  retiredFor: RetiredFor | null
  /** The row it was imported from, as JSON text, so that exporting it again loses nothing; null for our own. */
  origin: string | null
}

/** The Arrow schema of a bank. Format and embedder are part of the schema's metadata, so they are written in the same commit that makes the table. */
export async function bankSchema(embedder: string, dimensions: number): Promise<Schema> {
  const { Bool, Field, FixedSizeList, Float32, List, Schema, Utf8 } = await import('apache-arrow')
  const text = (name: string, nullable = false) => new Field(name, new Utf8(), nullable)
  return new Schema(
    [
      // The key by which LanceDB sees two concurrent inserts of one item as the conflict they are. In the schema, so that no crash comes between table and key.
      new Field('id', new Utf8(), false, new Map([['lance-schema:unenforced-primary-key', 'true']])),
      text('title'),
      text('description'),
      text('content'),
      text('text'),
      text('sourceTask'),
      new Field('sourceTraces', new List(new Field('item', new Utf8(), true)), false),
      new Field('success', new Bool(), false),
      text('createdAt'),
      text('reflector'),
      text('retired', true),
      text('retiredFor', true),
      text('origin', true),
      new Field('vector', new FixedSizeList(dimensions, new Field('item', new Float32(), true)), false),
    ],
    new Map([
      ['whetstone.format', String(bankFormat)],
      ['whetstone.embedder', embedder],
    ]),
  )
}

/** A row of the table from a memory and its embedding. */
export function toRow(memory: StoredMemory, text: string, vector: Float32Array): Record<string, unknown> {
  const { embedding: _, ...fields } = memory
  return { ...fields, text, vector }
}

/** A memory from a row of a query's result. The embedding is left empty unless it was selected and wanted. */
export function fromRow(row: Record<string, unknown>, withEmbedding = false): StoredMemory {
  const list = row['sourceTraces'] as Iterable<string>
  return {
    id: row['id'] as string,
    title: row['title'] as string,
    description: row['description'] as string,
    content: row['content'] as string,
    sourceTask: row['sourceTask'] as string,
    sourceTraces: [...list],
    success: row['success'] as boolean,
    createdAt: row['createdAt'] as string,
    embedding: withEmbedding ? Array.from((row['vector'] as { toArray(): Float32Array }).toArray()) : [],
    reflector: row['reflector'] as string,
    retired: (row['retired'] as string | null | undefined) ?? null,
    retiredFor: 'retiredFor' in row ? (row['retiredFor'] as RetiredFor | null) : retirementOf(row['retired'] as string | null | undefined),
    origin: (row['origin'] as string | null | undefined) ?? null,
  }
}

/** The word with which the text of a retirement begins: banks of before 2026-12 have no other record of it. */
export const retirementOf = (text: string | null | undefined): RetiredFor | null => RetiredFor.safeParse(text?.split(':')[0]).data ?? null
