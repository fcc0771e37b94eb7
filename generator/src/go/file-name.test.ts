import { expect, it } from "vitest";
import { goFileName } from "./file-name.ts";

it.each([
  ["orders.gorpc", "orders_gorpc.go"],
  ["api/v1/order-items.gorpc", "order-items_gorpc.go"],
  // Each of these would be a condition to Go, or no source at all.
  ["orders_linux.gorpc", "orders_linux_gorpc.go"],
  ["orders_windows.v1.gorpc", "orders_windows_v1_gorpc.go"],
  ["orders_test.gorpc", "orders_test_gorpc.go"],
  ["_orders.gorpc", "orders_gorpc.go"],
  [".gorpc", "gorpc.go"],
  ["größe.gorpc", "größe_gorpc.go"],
])("%s becomes %s", (schema, file) => {
  expect(goFileName(schema)).toBe(file);
});
