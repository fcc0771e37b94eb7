import { describe, expect, it } from "vitest";
import { UsageError } from "../usage-error.ts";
import { goPackage, goPaths } from "./layout.ts";

describe("goPackage", () => {
  it("is called as its folder, or as it is told to be", () => {
    expect(goPackage("api/shop", undefined, "/work")).toMatchObject({ name: "shop" });
    expect(goPackage(".", undefined, "/work")).toMatchObject({ name: "work" });
    expect(goPackage("go-shop", "shop", "/work")).toMatchObject({ name: "shop", folder: "go-shop" });
  });

  it.each([["go-shop"], ["func"], ["_"], ["1st"], ["documentation"], ["/"]])("is not called %s", (name) => {
    expect(() => goPackage(name, undefined, "/work")).toThrow(UsageError);
    if (name !== "/") expect(() => goPackage("shop", name, "/work")).toThrow(`"${name}" cannot be the name`);
  });
});

describe("goPaths", () => {
  const shop = goPackage("../shop", undefined, "/work");

  it("puts all schemas into one folder", () => {
    expect(Object.fromEntries(goPaths(["a/order.gorpc", "money.gorpc"], shop))).toEqual({
      "a/order.gorpc": "../shop/order_gorpc.go",
      "money.gorpc": "../shop/money_gorpc.go",
    });
  });

  it("refuses two that would be one file, on some systems at least", () => {
    expect(() => goPaths(["a/money.gorpc", "b/Money.gorpc"], shop)).toThrow(
      "the Go of a/money.gorpc and of b/Money.gorpc would both be ../shop/Money_gorpc.go; rename one of the two",
    );
  });
});
