import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How to start an etcd that knows nothing yet, on free ports of this machine. */
export interface EtcdCommand {
  readonly url: string;
  readonly folder: string;
  readonly options: readonly string[];
}

/** @throws Error where etcd is not installed */
export async function prepareEtcd(): Promise<EtcdCommand> {
  if (spawnSync("etcd", ["--version"]).status !== 0) {
    throw new Error(
      "there is no etcd on this machine: install it (apt-get install etcd-server), or leave out --registry etcd",
    );
  }
  const folder = mkdtempSync(join(tmpdir(), "gorpc-cluster-"));
  const [url, peer] = [await freeAddress(), await freeAddress()];
  const options = [
    ...["--data-dir", join(folder, "data"), "--initial-cluster", `default=${peer}`],
    ...["--logger", "zap", "--log-outputs", join(folder, "log")],
    ...["--listen-client-urls", url, "--advertise-client-urls", url],
    ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer],
  ];
  return { url, folder, options };
}

async function freeAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
