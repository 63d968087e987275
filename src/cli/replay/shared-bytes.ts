/** Bytes that are taken from the system at once. */
const SLAB_BYTES = 8 * 1024 * 1024;

/**
 * Copies bytes into memory that all threads see: a hundred thousand bodies lie there once, one after another, however
 * many threads send them.
 */
export function createSharedBytes(slabBytes: number = SLAB_BYTES): (bytes: Uint8Array) => Uint8Array {
  let slab = new SharedArrayBuffer(0);
  let used = 0;
  return (bytes) => {
    if (used + bytes.length > slab.byteLength) {
      slab = new SharedArrayBuffer(Math.max(slabBytes, bytes.length));
      used = 0;
    }
    const place = new Uint8Array(slab, used, bytes.length);
    place.set(bytes);
    used += bytes.length;
    return place;
  };
}
