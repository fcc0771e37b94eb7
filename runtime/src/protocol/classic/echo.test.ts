import { describe, expect, it } from "vitest";
import { Echo } from "./echo.ts";

const option = '{"MagicNumber":3927900,"CodecType":"application/gob"}';

/** What is left of bytes that come in pieces of this size. */
function strip(contentType: ConstructorParameters<typeof Echo>[0], bytes: string, size: number): string {
  const echo = new Echo(contentType, 1_000);
  let left = "";
  for (let i = 0; i < bytes.length; i += size)
    left += Buffer.from(echo.strip(Buffer.from(bytes.slice(i, i + size), "latin1"))).toString("latin1");
  return left;
}

describe.each([1, 2, 3, 7, 1_000])("in pieces of %d bytes", (size) => {
  it.each(["", "\n"])("an echo is taken away, with at most one line feed behind it: %j", (between) => {
    const answer = "\x2f\x7f\x03\n\n\x01";
    expect(strip("application/gob", `${option}${between}${answer}`, size)).toBe(answer);
    expect(strip("application/json", `${option}${between}{"ServiceMethod":""}\n1\n`, size).trim()).toBe(
      '{"ServiceMethod":""}\n1',
    );
  });

  it("answers without an echo before them are left as they are, line feeds and all", () => {
    const answer = "\n\x7f\n\n\x03\n";
    expect(strip("application/gob", answer, size)).toBe(answer);
    const json = '{"ServiceMethod":"A.B","Seq":1,"Error":""}\n\n1\n';
    expect(strip("application/json", json, size)).toBe(json);
  });

  it("a refusal, and what is neither, is an error", () => {
    const refusal = '{"MagicNumber":3927900,"Error":"no room"}\n';
    expect(() => strip("application/gob", refusal, size)).toThrow('it refused: "no room"');
    expect(() => strip("application/gob", '{"ServiceMethod":"A.B"}', size)).toThrow(
      "neither its Option nor gob",
    );
  });
});
