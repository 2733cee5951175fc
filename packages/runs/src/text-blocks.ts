/**
 * Which texts a block of traces may hold, so that a search among a million reads only where it can find something: a bit for each three characters that stand side by side
 * (folded to small letters), and for each whole name. A bit says "perhaps" or "surely not" (Bloom 1970, one hash for characters, three for names).
 */
export class TextBlocks {
  /** The first trace of each block. */
  private starts: number[] = []
  private bits = new Uint32Array(0)
  /** Characters of the block that is being filled. */
  private characters = 0

  /** 4 KB a block; a block ends at so many traces, or at fewer where they are long. */
  static readonly words = 1024
  private static readonly most = 256
  private static readonly least = 64
  private static readonly long = 1 << 18

  get length(): number {
    return this.starts.length
  }

  add(trace: number, texts: readonly string[], names: readonly string[]): void {
    const held = this.length === 0 ? Infinity : trace - (this.starts.at(-1) as number)
    if (held >= TextBlocks.most || (held >= TextBlocks.least && this.characters > TextBlocks.long)) this.begin(trace)
    const base = (this.length - 1) * TextBlocks.words
    for (const text of texts) {
      this.characters += text.length
      eachTrigram(text.toLowerCase(), (bit) => this.set(base, bit))
    }
    for (const name of names) for (const bit of nameBits(name)) this.set(base, bit)
  }

  /** Ranges of traces, first and one past the last, that may hold a text or have a name; `length` is how many traces there are. Shorter texts than three characters may stand anywhere. */
  rangesWith({ text, name }: { text?: string | undefined; name?: string | undefined }, length: number): [number, number][] {
    const wanted: number[] = name === undefined ? [] : [...nameBits(name)]
    if (text !== undefined) eachTrigram(text.toLowerCase(), (bit) => wanted.push(bit))
    const ranges: [number, number][] = []
    for (let block = 0; block < this.length; block++) {
      const base = block * TextBlocks.words
      if (!wanted.every((bit) => ((this.bits[base + (bit >>> 5)] as number) >>> (bit & 31)) & 1)) continue
      const [from, to] = [this.starts[block] as number, this.starts[block + 1] ?? length]
      const last = ranges.at(-1)
      if (last?.[1] === from) last[1] = to
      else ranges.push([from, to])
    }
    return ranges
  }

  /** What of it is kept in a file: the first traces, the characters of the last block, the bits. */
  parts(): [Uint32Array, Uint32Array] {
    return [Uint32Array.from([...this.starts, this.characters]), this.bits.subarray(0, this.length * TextBlocks.words)]
  }

  /** From what a file kept of so many blocks. */
  static of(blocks: number, kept: Uint32Array): TextBlocks | null {
    if (kept.length !== blocks + 1 + blocks * TextBlocks.words) return null
    const made = new TextBlocks()
    made.starts = Array.from(kept.subarray(0, blocks))
    made.characters = kept[blocks] as number
    made.bits = kept.slice(blocks + 1)
    return made
  }

  private begin(trace: number): void {
    this.starts.push(trace)
    this.characters = 0
    if (this.length * TextBlocks.words <= this.bits.length) return
    const larger = new Uint32Array(Math.max(8 * TextBlocks.words, this.bits.length * 2))
    larger.set(this.bits)
    this.bits = larger
  }

  private set(base: number, bit: number): void {
    const at = base + (bit >>> 5)
    this.bits[at] = (this.bits[at] as number) | (1 << (bit & 31))
  }
}

const mask = TextBlocks.words * 32 - 1

function eachTrigram(text: string, tell: (bit: number) => void): void {
  for (let at = 0; at + 2 < text.length; at++) {
    let h = Math.imul(text.charCodeAt(at), 0x9e3779b1) ^ Math.imul(text.charCodeAt(at + 1), 0x85ebca6b)
    h = Math.imul(h ^ (h >>> 15) ^ text.charCodeAt(at + 2), 0xc2b2ae35)
    tell((h ^ (h >>> 13)) & mask)
  }
}

function* nameBits(name: string): Generator<number> {
  let h = 0x811c9dc5
  for (let at = 0; at < name.length; at++) h = Math.imul(h ^ name.charCodeAt(at), 0x01000193)
  for (let i = 0; i < 3; i++) {
    h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
    yield (h ^ (h >>> 13)) & mask
  }
}
