// What is put on the flash of a board.

/** By path on the board, once the link is known. */
export type BoardFiles = (link: { readonly host: string; readonly port: number }) => ReadonlyMap<string, Uint8Array>
