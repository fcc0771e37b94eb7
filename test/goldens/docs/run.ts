import { equal } from "node:assert/strict";
import { Wrong } from "./docs.gorpc.ts";

equal(new Wrong({ id: "1" }).message, "Wrong: First line */ of the error.");
