// The client: `tsx client.ts <the server's address> <a folder to work in>`.
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "@gorpc/runtime";
import { heading, say } from "../show.ts";
import { FileNotFound, FilesClient, NotAsAnnounced } from "./files.gorpc.ts";
import { download, type OnProgress, partsOf, upload } from "./transfer.ts";

const [address = "tcp://127.0.0.1:9000", folder = "work"] = process.argv.slice(2);
const MiB = 1024 * 1024;
const size = 24 * MiB;

const channel = await connect(address);
const files = new FilesClient(channel);
await mkdir(folder, { recursive: true });
const original = join(folder, "holiday.raw");
await writeFile(original, randomBytes(size));

function inMiB(bytes: bigint | number): string {
  return `${(Number(bytes) / MiB).toFixed(1)} MiB`;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex").slice(0, 16);
}

/** Bytes that the server has written or read of the transfer that goes on. */
async function serverSide(): Promise<bigint> {
  const [transfer] = await files.transfers();
  return transfer?.done ?? 0n;
}

/** Reads until it reads the same twice: what the server may send ahead is sent then. */
async function settled(read: () => Promise<bigint>): Promise<bigint> {
  for (let last = await read(); ;) {
    await sleep(100);
    const next = await read();
    if (next === last) return next;
    last = next;
  }
}

/** Calls `each` at every quarter. */
function quarterly(each: OnProgress): OnProgress {
  let quarter = 1n;
  return async (done, total) => {
    if (done * 4n < quarter * total) return;
    quarter++;
    await each(done, total);
  };
}

async function showUpload(): Promise<void> {
  heading(`An upload of ${inMiB(size)} to a server whose disk is slower than the network`);
  const info = await upload(
    files,
    original,
    quarterly(async (done, total) => {
      const written = done === total ? undefined : await serverSide();
      const percent = (done * 100n) / total;
      say(
        `${percent} %  sent ${inMiB(done)}${written === undefined ? "" : `, written ${inMiB(written)}, ahead ${inMiB(done - written)}`}`,
      );
    }),
  );
  say(`kept as ${info.name}, ${inMiB(info.size)}, sha256 ${hex(info.sha256)}...`);
}

async function showDownload(): Promise<void> {
  heading("A download whose reader pauses halfway");
  const copy = join(folder, "copy.raw");
  const info = await download(
    files,
    "holiday.raw",
    copy,
    quarterly(async (done, total) => {
      say(`${(done * 100n) / total} %  received ${inMiB(done)}`);
      if (done * 4n > total * 3n || done * 2n < total) return;
      const before = await settled(serverSide);
      await sleep(300);
      const after = await serverSide();
      say(`  paused: the server had read ${inMiB(before)} of its file, and 0.3 s later ${inMiB(after)}`);
    }),
  );
  say(`arrived whole: ${inMiB(info.size)}, sha256 ${hex(info.sha256)}...`);
}

async function showErrors(): Promise<void> {
  heading("What goes wrong is told");
  await download(files, "nothing.raw", join(folder, "nothing"), () => {}).catch((error: unknown) => {
    if (!(error instanceof FileNotFound)) throw error;
    say(`a download threw FileNotFound of ${error.file}, code ${error.code}`);
  });
  const announced = { name: "broken.raw", size: 3n, sha256: new Uint8Array(32) };
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    yield Uint8Array.of(1, 2, 3);
  };
  await files.upload(partsOf(announced, chunks(), () => {})).catch((error: unknown) => {
    if (!(error instanceof NotAsAnnounced)) throw error;
    say(`an upload with a wrong checksum threw NotAsAnnounced of ${error.arrived.name}, code ${error.code}`);
  });
}

await showUpload();
await showDownload();
await showErrors();
await channel.close();
