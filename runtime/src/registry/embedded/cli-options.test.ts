import { describe, expect, test } from "vitest";
import { asTyped, readCommand, usage, UsageError } from "./cli-options.ts";
import { registryLimits, resolveRegistryLimits } from "./limits.ts";

describe("what is typed is what the registry gets", () => {
  const none = { token: undefined, snapshotFile: undefined };
  test.each<[string, string, object]>([
    ["", "http://127.0.0.1:9999", none],
    ["--port 0", "http://127.0.0.1:0", none],
    ["--host 0.0.0.0 --port=80", "http://0.0.0.0:80", none],
    ["--host ::1", "http://[::1]:9999", none],
    ["--snapshot /var/lib/r.json", "http://127.0.0.1:9999", { ...none, snapshotFile: "/var/lib/r.json" }],
    ["--token secret", "http://127.0.0.1:9999", { ...none, token: "secret" }],
    ["--min-ttl 5 --max-names 7", "http://127.0.0.1:9999", { ...none, minTtl: 5, maxNames: 7 }],
  ])("%s", (typed, url, options) => {
    const argv = typed === "" ? [] : typed.split(" ");
    expect(readCommand(argv, {})).toEqual({ kind: "serve", url, options });
  });

  test("every limit has its option", () => {
    for (const [name, value] of Object.entries<number>({ ...registryLimits })) {
      const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      const command = readCommand([flag, `${value + 1}`], {});
      expect(command).toMatchObject({ options: { [name]: value + 1 } });
      expect(usage()).toMatch(new RegExp(`^  ${flag} <n> .*\\(${value}\\)$`, "m"));
    }
  });

  test("a token in the environment, unless another is typed", () => {
    const env = { GORPC_REGISTRY_TOKEN: "secret" };
    expect(readCommand([], env)).toMatchObject({ options: { token: "secret" } });
    expect(readCommand(["--token", "other"], env)).toMatchObject({ options: { token: "other" } });
    expect(readCommand([], { GORPC_REGISTRY_TOKEN: "" })).toMatchObject({ options: { token: undefined } });
  });

  test.each([
    ["-h", "help"],
    ["--help", "help"],
    ["-v", "version"],
    ["--version", "version"],
  ])("%s", (typed, kind) => {
    expect(readCommand([typed], {})).toEqual({ kind });
  });
});

test.each([
  [["--prot", "1"], "Unknown option '--prot'"],
  [["serve"], "Unexpected argument 'serve'"],
  [["--port"], "Option '--port <value>' argument missing"],
  [["--port", "-1"], "Option '--port' argument is ambiguous"],
  [["--help=yes"], "Option '-h, --help' does not take an argument"],
  [["--port", "http"], '--port is "http": it takes an integer up to 65535'],
  [["--port", "70000"], '--port is "70000": it takes an integer up to 65535'],
  [["--max-names", "1e3"], '--max-names is "1e3": it takes an integer up to 2147483647'],
  [["--host", "http://h"], '--host is "http://h": it takes a name or an address'],
  [["--snapshot", ""], "--snapshot takes a file"],
])("%j cannot be meant", (argv, message) => {
  expect(() => readCommand(argv, {})).toThrow(new UsageError(message));
});

test("a limit that the registry refuses has the name that was typed", () => {
  let said = "";
  try {
    resolveRegistryLimits({ minTtl: 5_000, maxTtl: 4_000 });
  } catch (error) {
    said = asTyped((error as Error).message);
  }
  expect(said).toBe("--min-ttl is 5000, above --max-ttl, which is 4000");
});
