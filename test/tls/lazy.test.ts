import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Whether a process that runs this, with a server's address in `address`, has loaded node:tls. */
async function loads(what: string): Promise<boolean> {
  const script = `
    import { connect, Server } from "@gorpc/runtime";
    const server = new Server();
    const address = await server.listen("tcp://127.0.0.1:0");
    ${what}
    await server.close();
    console.log(process.moduleLoadList.includes("NativeModule tls"));
  `;
  const run = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], { cwd: root });
  return (await run).stdout === "true\n";
}

it("a program without TLS does not load it", async () => {
  expect(await loads("const channel = await connect(address); await channel.close();")).toBe(false);
});

it("a program with TLS does", async () => {
  expect(await loads('await connect(address.replace("tcp:", "tls:")).catch(() => {});')).toBe(true);
});
