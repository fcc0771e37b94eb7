import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { property, Scope } from "./names.ts";

describe("Scope", () => {
  it("gives the wanted name, or with a dollar where it is taken", () => {
    const scope = new Scope(["Money"]);
    expect(["id", "default", "Money", "rpc", "id", "id"].map((name) => scope.take(name))).toEqual([
      "id",
      "default$",
      "Money$",
      "rpc$",
      "id$",
      "id$2",
    ]);
  });

  it("never gives a name twice, or one of the file's", () => {
    const name = fc.constantFrom("a", "b", "r", "tag", "default", "__proto__", "constructor", "Outer");
    fc.assert(
      fc.property(fc.array(name), fc.array(name), (outer, wanted) => {
        const scope = new Scope(outer);
        const taken = wanted.map((one) => scope.take(one));
        expect(new Set([...outer, ...taken]).size).toBe(new Set(outer).size + taken.length);
      }),
    );
  });
});

describe("property", () => {
  it("is shorthand where it can be, and defines __proto__ instead of setting it", () => {
    expect(property("id", "id")).toBe("id");
    expect(property("default", "default$")).toBe("default: default$");
    expect(property("__proto__", "__proto__")).toBe('["__proto__"]: __proto__');
  });
});
