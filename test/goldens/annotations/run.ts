import { deepEqual, doesNotMatch, equal } from "node:assert/strict";
import { Denied, User, Users } from "./annotations.gorpc.ts";

deepEqual(User.toJson(User.create({ id: "1", password: "p" })), { user_id: "1", password: "p" });
deepEqual(
  User.fields.map(({ name, json, go, sensitive, optional }) => [name, json, go, sensitive, optional]),
  [
    ["id", "user_id", "ID", undefined, undefined],
    ["password", undefined, undefined, true, undefined],
    ["token", "t", undefined, true, true],
  ],
);
doesNotMatch(new Denied({ user: "secret" }).message, /secret/);
equal(Users.go, "People");
const { get, slow } = Users.methods;
deepEqual([get.timeout, get.idempotent, get.go, get.throws], [1500, true, "Fetch", [Denied]]);
deepEqual([slow.timeout, slow.idempotent, slow.go, slow.throws], [7_200_000, false, undefined, []]);
equal(get.path, "/golden.annotations.Users/Get");
