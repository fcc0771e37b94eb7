import { struct } from "../../codec/gob/struct.ts";
import { responseFields, type ResponseHeader } from "../go/headers.ts";

/** As the classic frameworks have it, before requests and answers alike. */
export const header = struct<ResponseHeader>("Header", responseFields);
