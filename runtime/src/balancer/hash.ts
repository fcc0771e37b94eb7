/**
 * 32 bits of a text that look random: FNV-1a over its UTF-16 code units, and a final mix, without which texts that differ in
 * their last letter alone lie side by side. Every client must find the same numbers: changing this moves every key.
 */
export function hashText(text: string, seed = 0): number {
  let hash = 0x811c_9dc5 ^ seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193);
  return mix(hash);
}

/** A bijection of 32-bit numbers: the final mix of MurmurHash3. */
export function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
