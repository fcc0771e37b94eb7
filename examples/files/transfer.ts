import { createWriteStream } from "node:fs";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { areEqual, chunksOf, Sum, summary } from "./content.ts";
import type { FileInfo, FilesClient, Part } from "./files.gorpc.ts";

/** Told after each chunk: bytes that are done, and bytes in all. A transfer waits for what it returns. */
export type OnProgress = (done: bigint, total: bigint) => void | Promise<void>;

/**
 * Sends a file; `onProgress` hears what the runtime has taken to send.
 * @throws NotAsAnnounced where the file changed meanwhile
 */
export async function upload(files: FilesClient, path: string, onProgress: OnProgress): Promise<FileInfo> {
  const info: FileInfo = { name: basename(path), ...(await summary(path)) };
  return files.upload(partsOf(info, chunksOf(path), onProgress));
}

/** What an upload sends: pulled from the disk no faster than the server takes it. */
export async function* partsOf(
  info: FileInfo,
  chunks: AsyncIterable<Uint8Array>,
  onProgress: OnProgress,
): AsyncGenerator<Part> {
  yield { kind: "info", value: info };
  let done = 0n;
  for await (const chunk of chunks) {
    yield { kind: "chunk", value: chunk };
    done += BigInt(chunk.length);
    await onProgress(done, info.size);
  }
}

/**
 * Fetches a file and checks that it is whole.
 * @throws FileNotFound
 */
export async function download(
  files: FilesClient,
  name: string,
  path: string,
  onProgress: OnProgress,
): Promise<FileInfo> {
  let info: FileInfo | undefined;
  const sum = new Sum();
  const content = async function* (): AsyncGenerator<Uint8Array> {
    for await (const part of files.download(name)) {
      if (part.kind === "info") info = part.value;
      if (part.kind !== "chunk") continue;
      sum.add(part.value);
      yield part.value;
      await onProgress(sum.size, info!.size);
    }
  };
  await pipeline(Readable.from(content()), createWriteStream(path));
  const arrived = sum.finish();
  if (info === undefined || !areEqual(info.sha256, arrived.sha256))
    throw new Error(`${name} did not arrive as it was announced`);
  return info;
}
