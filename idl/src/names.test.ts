import { expect, it } from "vitest";
import {
  clientName,
  fieldsName,
  goName,
  handlersName,
  localName,
  methodErrorGuardName,
  methodErrorName,
} from "./index.ts";

it.each([
  ["Get", "get"],
  ["get", "get"],
  ["GetURL", "getURL"],
  ["URLOf", "urlOf"],
  ["URL", "url"],
  ["list_all", "listAll"],
  ["List_all", "listAll"],
  ["GET_ALL", "getALL"],
  ["XRay", "xRay"],
  ["ID2", "id2"],
  ["_get", "get"],
  ["__proto__", "proto"],
  ["_", ""],
])("the rpc %s is %s in TypeScript", (rpc, local) => {
  expect(localName(rpc)).toBe(local);
});

it.each([
  ["user_id", "UserId"],
  ["userId", "UserId"],
  ["id", "Id"],
  ["__proto__", "Proto"],
  ["x1_2y", "X12y"],
  ["_", ""],
])("%s is %s on the Go side", (name, go) => {
  expect(goName(name)).toBe(go);
});

it("derives names from services, errors and rpcs", () => {
  expect(clientName({ name: "Orders" })).toBe("OrdersClient");
  expect(handlersName({ name: "Orders" })).toBe("OrdersHandlers");
  expect(fieldsName({ name: "NotFound" })).toBe("NotFoundFields");
  expect(methodErrorName({ localName: "getURL" })).toBe("GetURLError");
  expect(methodErrorGuardName({ localName: "getURL" })).toBe("isGetURLError");
});
