/**
 * The lines of a byte stream, as text without their line feeds; a part without one at the end is dropped.
 * @param most - bytes of one line
 * @throws Error when a line is longer
 */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  most: number,
): AsyncGenerator<string, void, undefined> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const part = chunk.subarray(from, end);
      from = end + 1;
      if (size + part.length > most) throw tooLong(most);
      yield parts.length === 0 ? part.toString() : Buffer.concat([...parts, part]).toString();
      parts = [];
      size = 0;
    }
    if (from === chunk.length) continue;
    parts.push(chunk.subarray(from));
    size += chunk.length - from;
    if (size > most) throw tooLong(most);
  }
}

function tooLong(most: number): Error {
  return new Error(`a line has more than ${most} bytes (option maxSnapshotBytes)`);
}
