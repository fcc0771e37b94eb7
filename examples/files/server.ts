// The server: `tsx server.ts <folder> [address]`.
import { RpcError, Server } from "@gorpc/runtime";
import { type FileInfo, Files, type Part } from "./files.gorpc.ts";
import { Store } from "./store.ts";

const [folder = "kept", listenAt = "tcp://127.0.0.1:0"] = process.argv.slice(2);
const store = new Store(folder, 1);

const server = new Server();
server.register(Files, {
  async upload(parts) {
    const coming = parts[Symbol.asyncIterator]();
    return store.keep(await announcement(coming), chunksOf(coming));
  },

  async *download(name) {
    yield { kind: "info", value: await store.info(name) };
    for await (const chunk of store.read(name)) yield { kind: "chunk", value: chunk };
  },

  transfers: () => store.transfers,
});

async function announcement(parts: AsyncIterator<Part>): Promise<FileInfo> {
  const first = await parts.next();
  if (first.done !== true && first.value.kind === "info") return first.value.value;
  throw new RpcError("INVALID_ARGUMENT", "the first part must say which file it is");
}

async function* chunksOf(parts: AsyncIterator<Part>): AsyncGenerator<Uint8Array> {
  for (let next = await parts.next(); next.done !== true; next = await parts.next()) {
    if (next.value.kind === "chunk") yield next.value.value;
  }
}

console.log(await server.listen(listenAt));
process.once("SIGTERM", () => void server.close({ drain: 2_000 }));
