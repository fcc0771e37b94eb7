import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { areEqual, chunksOf, Sum, summary } from "./content.ts";
import { BadFileName, type FileInfo, FileNotFound, NotAsAnnounced, type Transfer } from "./files.gorpc.ts";

/** A folder of files. */
export class Store {
  readonly #folder: string;
  readonly #writeTakes: number;
  readonly #transfers = new Set<Transfer>();

  /** @param writeTakes - how long it takes to write a chunk, in ms: a disk to wait for */
  constructor(folder: string, writeTakes: number) {
    this.#folder = folder;
    this.#writeTakes = writeTakes;
  }

  get transfers(): Transfer[] {
    return [...this.#transfers];
  }

  /**
   * Keeps a file once all of it is there; until then, and where it fails, there is nothing of it.
   * @throws BadFileName or NotAsAnnounced
   */
  async keep(announced: FileInfo, chunks: AsyncIterable<Uint8Array>): Promise<FileInfo> {
    const path = this.#pathOf(announced.name);
    await mkdir(this.#folder, { recursive: true });
    const unfinished = join(this.#folder, `.${randomUUID()}`);
    try {
      const arrived = { name: announced.name, ...(await this.#write(unfinished, announced.name, chunks)) };
      const isWhole = arrived.size === announced.size && areEqual(arrived.sha256, announced.sha256);
      if (!isWhole) throw new NotAsAnnounced({ announced, arrived });
      await rename(unfinished, path);
      return arrived;
    } finally {
      await rm(unfinished, { force: true });
    }
  }

  /** @throws BadFileName or FileNotFound */
  async info(name: string): Promise<FileInfo> {
    const path = this.#pathOf(name);
    try {
      return { name, ...(await summary(path)) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      throw new FileNotFound({ file: name });
    }
  }

  /** The content, read from the disk as it is taken. @throws BadFileName */
  async *read(name: string): AsyncGenerator<Uint8Array> {
    const transfer = this.#begin(name);
    try {
      for await (const chunk of chunksOf(this.#pathOf(name))) {
        transfer.done += BigInt(chunk.length);
        yield chunk;
      }
    } finally {
      this.#transfers.delete(transfer);
    }
  }

  async #write(path: string, name: string, chunks: AsyncIterable<Uint8Array>): ReturnType<typeof summary> {
    const transfer = this.#begin(name);
    const sum = new Sum();
    const file = await open(path, "wx");
    try {
      for await (const chunk of chunks) {
        await sleep(this.#writeTakes);
        await file.writeFile(chunk);
        sum.add(chunk);
        transfer.done = sum.size;
      }
    } finally {
      this.#transfers.delete(transfer);
      await file.close();
    }
    return sum.finish();
  }

  #begin(name: string): Transfer {
    const transfer = { name, done: 0n };
    this.#transfers.add(transfer);
    return transfer;
  }

  #pathOf(name: string): string {
    if (!/^[a-z0-9][a-z0-9.-]{0,99}$/i.test(name)) throw new BadFileName({ file: name });
    return join(this.#folder, name);
  }
}
