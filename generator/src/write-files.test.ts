import { mkdtemp, mkdir, readdir, readFile, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { readIfExists, writeFileIfChanged } from "./write-files.ts";

let folder: string;

beforeEach(async () => {
  const created = await mkdtemp(join(tmpdir(), "write-files-"));
  folder = created;
  onTestFinished(() => rm(created, { recursive: true, force: true }));
});

describe("writeFileIfChanged", () => {
  it("makes the folders on the way and leaves nothing else", async () => {
    const path = join(folder, "a/b/c.ts");
    expect(await writeFileIfChanged(path, "text")).toBe("written");
    expect(await readFile(path, "utf8")).toBe("text");
    expect(await readdir(join(folder, "a/b"))).toEqual(["c.ts"]);
  });

  it("does not touch a file that holds the text", async () => {
    const path = join(folder, "file.ts");
    await writeFileIfChanged(path, "text");
    const before = await stat(path);
    expect(await writeFileIfChanged(path, "text")).toBe("unchanged");
    const after = await stat(path);
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
  });

  it("shows a reader the old text or the new, never a part", async () => {
    const path = join(folder, "file.ts");
    const texts = ["a", "b"].map((letter) => letter.repeat(2_000_000));
    await writeFileIfChanged(path, texts[0]!);
    const seen = new Set<string>();
    let writing = true;
    const reading = (async () => {
      while (writing) seen.add((await readIfExists(path)) ?? "nothing");
    })();
    for (let round = 0; round < 20; round++) await writeFileIfChanged(path, texts[(round + 1) % 2]!);
    writing = false;
    await reading;
    expect([...seen].every((text) => texts.includes(text))).toBe(true);
  });

  it("writes through a symbolic link", async () => {
    await writeFile(join(folder, "real.ts"), "old");
    await symlink("real.ts", join(folder, "link.ts"));
    await writeFileIfChanged(join(folder, "link.ts"), "new");
    expect(await readlink(join(folder, "link.ts"))).toBe("real.ts");
    expect(await readFile(join(folder, "real.ts"), "utf8")).toBe("new");
  });

  it("leaves nothing behind where it cannot write", async () => {
    await mkdir(join(folder, "occupied.ts"));
    await expect(writeFileIfChanged(join(folder, "occupied.ts"), "text")).rejects.toThrow();
    expect(await readdir(folder)).toEqual(["occupied.ts"]);
  });
});
