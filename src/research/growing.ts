/** A typed array twice as long that begins with the same values: growing by doubling costs one copy per value in all. */
export function grown<T extends Float64Array | Int32Array | Int8Array | Uint8Array>(full: T): T {
  const wider = new (full.constructor as new (length: number) => T)(Math.max(16, full.length * 2))
  wider.set(full)
  return wider
}
