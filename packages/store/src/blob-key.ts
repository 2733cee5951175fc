/** Where content lies in a store, by its SHA-256 in hex. */
export const blobKey = (sha256: string): string => `blobs/${sha256.slice(0, 2)}/${sha256}`
