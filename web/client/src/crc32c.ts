/** CRC32C (Castagnoli), which Cloud Storage compares with the bytes it received. */

const POLYNOMIAL = 0x82f63b78;
const CHUNK = 2 * 2 ** 20;
const SLICES = 8;

// Row 0 advances the checksum by one byte. Row n advances it by a byte that n others follow.
let table: Uint32Array | undefined;

function makeTable(): Uint32Array {
  const made = new Uint32Array(SLICES * 256);
  for (let index = 0; index < made.length; index += 1) {
    const above = index < 256 ? index : (made[index - 256] as number);
    made[index] = index < 256 ? advanceBits(above) : (above >>> 8) ^ (made[above & 255] as number);
  }
  return made;
}

function advanceBits(byte: number): number {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value;
}

/** Returns the checksum of bytes that follow bytes with the checksum `crc`. */
export function crc32c(bytes: Uint8Array, crc = 0): number {
  table ??= makeTable();
  const rows = table;
  const at = (row: number, byte: number) => rows[row * 256 + (byte & 255)] as number;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let value = ~crc;
  let offset = 0;
  for (; offset + SLICES <= bytes.length; offset += SLICES) {
    const low = value ^ view.getInt32(offset, true);
    const high = view.getInt32(offset + 4, true);
    value =
      at(7, low) ^
      at(6, low >>> 8) ^
      at(5, low >>> 16) ^
      at(4, low >>> 24) ^
      at(3, high) ^
      at(2, high >>> 8) ^
      at(1, high >>> 16) ^
      at(0, high >>> 24);
  }
  for (; offset < bytes.length; offset += 1) value = at(0, value ^ view.getUint8(offset)) ^ (value >>> 8);
  return ~value >>> 0;
}

/** Returns the checksum of a file as the API takes it: big-endian, in Base64. */
export async function checksum(file: Blob, signal?: AbortSignal): Promise<string> {
  let crc = 0;
  for (let offset = 0; offset < file.size; offset += CHUNK) {
    signal?.throwIfAborted();
    crc = crc32c(new Uint8Array(await file.slice(offset, offset + CHUNK).arrayBuffer()), crc);
  }
  return btoa(String.fromCharCode(crc >>> 24, (crc >>> 16) & 255, (crc >>> 8) & 255, crc & 255));
}
